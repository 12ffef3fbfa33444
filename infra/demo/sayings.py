"""What people of the invented shop write beside their score, in their own languages."""

from collections.abc import Mapping

SAYINGS: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "en": {
        "good": ("The coffee is always fresh.", "You remember what I like.", "Best tea in the quarter."),
        "middling": ("Good, but there is often a queue.", "Fine. I miss more kinds of green tea."),
        "bad": ("My parcel came late twice.", "The last bag was stale.", "It has become too dear for me."),
    },
    "kk": {
        "good": ("Кофе әрқашан балғын.", "Мұнда күлімдеп қарсы алады."),
        "middling": ("Жақсы, бірақ кезек көп.",),
        "bad": ("Жеткізу кешікті.", "Бағасы қымбаттап кетті."),
    },
    "hi": {
        "good": ("चाय हमेशा ताज़ा मिलती है।", "यहाँ के लोग बहुत मिलनसार हैं।"),
        "middling": ("अच्छा है, पर अक्सर कतार रहती है।",),
        "bad": ("पार्सल दो बार देर से आया।", "दाम बढ़ गए हैं।"),
    },
    "bn": {
        "good": ("চা সব সময় টাটকা।", "আপনারা মনে রাখেন আমি কী পছন্দ করি।"),
        "middling": ("ভালো, তবে প্রায়ই ভিড় থাকে।",),
        "bad": ("পার্সেল দেরিতে এসেছে।", "দাম বেড়ে গেছে।"),
    },
    "fa": {
        "good": ("قهوه همیشه تازه است.", "همیشه با خوش‌رویی پاسخ می‌دهید."),
        "middling": ("خوب است، اما اغلب صف دارد.",),
        "bad": ("بسته دیر رسید.", "قیمت‌ها بالا رفته است."),
    },
}
NOTES = ("Likes it ground coarse.", "Brings her own jar.", "Asks for oat drink.", "Collects on Saturdays.")
