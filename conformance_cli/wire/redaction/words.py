"""Words that are somebody's name and everybody's vocabulary.

A patient called *May Free* must not turn every free slot in May into a marker: these
words are masked where the structure says that they are a name, and never elsewhere.
"""

from __future__ import annotations

_WORDS = """
the and for not with from this that are was has had but you all any can one two out new old
may will art mark grant guy bill rich frank long short young green brown black white gray grey
day days week month year time date hour minute second today now start end first last next
january february march april june july august september october november december
monday tuesday wednesday thursday friday saturday sunday
mon tue wed thu fri sat sun jan feb mar apr jun jul aug sep oct nov dec
mr mrs miss ms mx dr doctor prof professor sir lady dame lord rev nurse
male female other unknown home work mobile phone email fax pager url sms usual official temp
nickname anonymous maiden billing postal physical both
free busy booked proposed pending arrived fulfilled cancelled noshow entered error checked
waitlist active inactive suspended draft final amended corrected revoked completed stopped
planned triaged onleave finished held requested received accepted rejected ready failed
progress order plan proposal routine urgent asap stat high low
true false null none nil empty present absent missing required invalid valid expected actual
get post put patch delete head options trace http https fhir json xml html text plain
application charset utf bearer basic token secret password redacted name names address telecom
narrative identifier number numbers nhs birth contact photo display code codes system value
values type types status state version reference resource bundle entry message header headers
patient patients practitioner person organisation organization location service healthcare slot
schedule appointment booking referral request response encounter episode consent care
operation outcome issue details diagnostics severity process processing structure conflict
duplicate found forbidden unauthorized bad gone allowed supported timeout throttled transient
exception server client endpoint proxy test tests testing sample example demo fixture role
street road lane avenue close drive court house flat floor city town village county country
england scotland wales ireland britain kingdom united london
practice surgery hospital health centre center clinic pharmacy medical trust department
mother father parent guardian spouse partner child son daughter brother sister friend next kin
"""

COMMON_WORDS = frozenset(_WORDS.split())
