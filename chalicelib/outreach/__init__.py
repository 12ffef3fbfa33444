"""Offers that go out once: from a due date to at most one attempt on the wire.

    due -> decide -> one transaction: the profile as it was read, no suppression, money left -> INTENT
                          |                                                                      |
                  held out, capped, suppressed ...: written too, so that            one attempt, then by its outcome:
                  what was planned equals the sum of what became of it              SENT, REFUSED, THROTTLED, UNKNOWN
                                                                                                 |
                                        an hour later: UNKNOWN -> PARKED (marketing) or tried again (transactional)

The transaction fails when the person changed since they were read: whoever says stop before it is not mailed. Nothing
but its own state starts a second attempt, and an order to SES goes on the wire once (reliability: the SDK's own
retries would send three).

    desk          what all of it works with
    judging       may this person have this mail?
    deciding      one due person, one step on
    attempts      the one attempt, its end, and when there is another
    reconciling   what stayed open
"""
