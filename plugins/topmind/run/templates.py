"""The texts of `topmind new`. A new item is a draft and a new issue on hold: nobody gets a half-written one.

What stands in ‹these marks› is to be written anew; `topmind check` finds what was left.
"""

from __future__ import annotations

ITEMS = {
    "tip": """---
title: {title}
status: draft
tags:
---
‹One thing your reader can do this week, in five sentences.›

1. ‹First step.›
2. ‹Second step.›

/// callout | When to call us
‹When it is more than they should do alone.›
///
""",
    "article": """---
title: {title}
status: draft
summary: ‹One sentence that makes somebody want to read on.›
tags:
---
‹Start with what the reader gains.›

## What to look for

‹Concrete signs, in plain words.›
""",
    "promotion": """---
title: {title}
status: draft
offer: 10 % off
code: CODE10
starts: {day}
ends: {month}
terms: One per household, not together with other offers.
---
‹What they get, until when, and how to book it.›

/// coupon | CODE10
""",
    "event": """---
title: {title}
status: draft
begins: {week} 18:30
ends: {week} 20:00
location: ‹Street and house, or the room›
---
‹What happens, for whom, what to bring.›
""",
    "spotlight": """---
title: {title}
status: draft
business: ‹Name of the business›
phone: +1 555 555 0100
link: https://partner.example
---
‹Why we send our own customers there.›
""",
    "testimonial": """---
title: {title}
status: draft
person: Anna K.
permission: no
---
‹Their own words, unpolished. `permission: yes` once they said that they may be quoted.›
""",
    "expert": """---
title: {title}
status: draft
field: ‹What they know better than anybody›
link: https://expert.example
---
‹What we learned from them.›
""",
}

ANNOUNCEMENT = """---
title: {title}
status: draft
date: {day}
subject: {title}
preheader: One more reason to open it
send: {week}
---
‹What everybody should know, in three sentences. It goes by itself on the day above, to whoever may get mail.›
"""

CORRECTION = """---
title: {title}
status: draft
subject: {title}
corrects: {wrong}
where: email
send: {day}
---
‹We made a mistake. Here is what is right.›
"""

SEGMENT = """---
title: {title}
who:
  - stage = 'interest'
at_least: 1 valuable touch every 30 days
---
Who they are, and what they need from us.
"""

NEWSLETTER = """---
title: {title}
every: Tuesday at 09:00
subject: One thing for this week, {{{{ first_name | default: "as promised" }}}}
preheader: Five minutes that save an afternoon
---
Hello {{{{ first_name | default: "there" }}}},

/// slot | 1 value item

/// slot | 1 promotion, optional
"""

ISSUE = """---
subject: {title}
hold: yes
---
‹What is special about this issue, in two sentences.›

/// slot | 1 value item

/// slot | 1 promotion, optional
"""

SEQUENCE = """---
title: {title}
starts_from: enters: customers
since: {day}
---
What it is for, in a sentence for ourselves. Its steps are the files in the folder beside it; the first one:
`topmind new step "Thank you" --of {slug}`.
"""

STEP = """---
title: {title}
after: 1 day
channel: email
purpose: marketing
subject: {title}
preheader: One more reason to open it
---
Dear {{{{ first_name | default: "friend" }}}},

‹three sentences, from person to person.›
"""
