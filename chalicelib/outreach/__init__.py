"""Mails that a campaign sends, each at most once: from a due date to one attempt on the wire.

    due -> decide -> one transaction: the profile as it was read, no suppression, money left -> INTENT
                          |                                                                      |
                  held out, capped, suppressed ...: written too, so that            one attempt, then by its outcome:
                  the sum of all ends equals the number planned                     SENT, REFUSED, THROTTLED, UNKNOWN
                                                                                                 |
                                        an hour later: UNKNOWN -> PARKED (marketing) or tried again (transactional)

The transaction fails when the profile changed since it was read: a customer who unsubscribes before it gets no mail.
Only the mail's own state starts a second attempt, and each attempt is one POST to SES: the SDK's own retries would
send three.

    eligibility   may this person have this mail?
    decide        one due person, one step on
    compose       the mail with its links and words; nothing is written or sent
    send          the one attempt, its end, and when there is another
    reconcile     what stayed open
"""
