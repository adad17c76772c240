"""The published measures of leads: how many, how soon they were answered, what became of them."""

from counterpoise.domain.measure.definition import FINE, LEAD, Definition
from counterpoise.domain.values.text import text

LEADS = (
    Definition(
        name="leads",
        unit="leads",
        meaning=text("How many leads came in, by the day they did."),
        numerator=text("leads"),
        denominator=None,
        grain=text("a lead, on the day it came in"),
        dimensions=(*LEAD, *FINE),
    ),
    Definition(
        name="lead_response_minutes",
        unit="minutes",
        meaning=text(
            "Minutes from a lead's arrival to the first time a person tried to reach it, the"
            " median of the leads that were tried, by the day they came in."
        ),
        numerator=text("minutes from created_at to first_touch_at"),
        denominator=text("median"),
        grain=text("a lead, on the day it came in"),
        dimensions=LEAD,
    ),
    Definition(
        name="lead_response_working_minutes",
        unit="minutes",
        meaning=text(
            "Minutes of working time from a lead's arrival to the first time a person tried to"
            " reach it, the median of the leads that were tried, by the day they came in."
            " Working time is that of the lead's owner, on their own clock"
            " (working_time.hours), without days off (working_time.days_off and the table"
            " calendar); an attempt outside of it ends the wait at what was worked until then."
        ),
        numerator=text("working minutes from created_at to first_touch_at"),
        denominator=text("median"),
        grain=text("a lead, on the day it came in"),
        dimensions=LEAD,
    ),
    Definition(
        name="lead_response_working_tail",
        unit="minutes",
        meaning=text(
            "Minutes of working time within which nine of ten leads that were tried were first"
            " tried (90th percentile, nearest rank), by the day they came in. Nothing is said"
            " of fewer leads than measure.fewest_rows."
        ),
        numerator=text("working minutes from created_at to first_touch_at"),
        denominator=text("90th percentile"),
        grain=text("a lead, on the day it came in"),
        dimensions=LEAD,
    ),
    Definition(
        name="lead_response_in_time",
        unit="share",
        meaning=text(
            "Leads first tried within the agreed working time (lead.agreed_minutes), as a share"
            " of the leads that were tried or whose agreed time has run out by the as-of day,"
            " by the day they came in."
        ),
        numerator=text("leads tried within the agreed time"),
        denominator=text("leads tried, or whose agreed time has run out"),
        grain=text("a lead, on the day it came in"),
        dimensions=(*LEAD, *FINE),
    ),
    Definition(
        name="leads_never_contacted",
        unit="share",
        meaning=text(
            "Leads that nobody has tried to reach by the as-of day, as a share of the leads"
            " that were tried or whose agreed working time (lead.agreed_minutes) has run out,"
            " by the day they came in."
        ),
        numerator=text("leads never tried"),
        denominator=text("leads tried, or whose agreed time has run out"),
        grain=text("a lead, on the day it came in"),
        dimensions=(*LEAD, *FINE),
    ),
    Definition(
        name="lead_conversion",
        unit="share",
        meaning=text(
            "Leads that had become an opportunity by the as-of day, as a share of the leads"
            " that came in, by the day they did."
        ),
        numerator=text("leads converted"),
        denominator=text("leads"),
        grain=text("a lead, on the day it came in"),
        dimensions=(*LEAD, *FINE),
    ),
)
