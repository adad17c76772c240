"""The published measures: what each one means, once, in words."""

from counterpoise.domain.measure.definition import (
    ACTIVITY,
    COHORTS,
    DEAL,
    FINE,
    TARGET,
    TIME,
    TIMES,
    WHO,
    Definition,
)
from counterpoise.domain.measure.definitions_leads import LEADS
from counterpoise.domain.values.text import text

DEFINITIONS: dict[str, Definition] = {
    each.name: each
    for each in (
        Definition(
            name="won_revenue",
            unit="money",
            meaning=text("The amounts of the deals won, by the day they closed."),
            numerator=text("amounts of deals won"),
            denominator=None,
            grain=text("a deal, on the day it closed"),
            dimensions=(*DEAL, "stage", *TIME, *FINE, *COHORTS),
        ),
        Definition(
            name="won_deals",
            unit="deals",
            meaning=text("How many deals were won, by the day they closed."),
            numerator=text("deals won"),
            denominator=None,
            grain=text("a deal, on the day it closed"),
            dimensions=(*DEAL, "stage", *TIME, *FINE),
        ),
        Definition(
            name="lost_deals",
            unit="deals",
            meaning=text("How many deals were lost, by the day they closed."),
            numerator=text("deals lost"),
            denominator=None,
            grain=text("a deal, on the day it closed"),
            dimensions=(*DEAL, "stage", *TIME, *FINE),
        ),
        Definition(
            name="win_rate",
            unit="share",
            meaning=text(
                "Deals won as a share of deals won or lost, by the day they closed; open deals do"
                " not count."
            ),
            numerator=text("deals won"),
            denominator=text("deals won or lost"),
            grain=text("a deal, on the day it closed"),
            dimensions=(*DEAL, *TIME, *FINE),
        ),
        Definition(
            name="average_deal",
            unit="money",
            meaning=text(
                "The amount of a won deal on average, by the day it closed; deals without an amount"
                " do not count."
            ),
            numerator=text("amounts of deals won"),
            denominator=text("deals won that have an amount"),
            grain=text("a deal, on the day it closed"),
            dimensions=(*DEAL, "stage", *TIME, *FINE),
        ),
        Definition(
            name="sales_cycle_days",
            unit="days",
            meaning=text(
                "Days from creation to winning, the median of the deals won, by the day they"
                " closed; deals without a creation day, or closed before it, do not count."
            ),
            numerator=text("days from creation to closing"),
            denominator=text("median"),
            grain=text("a deal won, on the day it closed"),
            dimensions=(*DEAL, *TIME, *FINE),
        ),
        Definition(
            name="pipeline_open",
            unit="money",
            meaning=text(
                "The amounts of the deals open on the evening of the as-of day; in a period, of"
                " those expected to close in it."
            ),
            numerator=text("amounts of open deals"),
            denominator=None,
            grain=text("an open deal, on the day it is expected to close"),
            dimensions=(*DEAL, "stage", *TIME),
        ),
        Definition(
            name="pipeline_created",
            unit="money",
            meaning=text(
                "The amounts, as known on the as-of day, of the deals that entered the pipeline, by"
                " the day they did."
            ),
            numerator=text("amounts of deals created"),
            denominator=None,
            grain=text("a deal, on the day it was created"),
            dimensions=(*DEAL, "stage", *TIME, *FINE),
        ),
        Definition(
            name="deals_created",
            unit="deals",
            meaning=text("How many deals entered the pipeline, by the day they did."),
            numerator=text("deals created"),
            denominator=None,
            grain=text("a deal, on the day it was created"),
            dimensions=(*DEAL, "stage", *TIME, *FINE),
        ),
        Definition(
            name="pipeline_velocity",
            unit="money a day",
            meaning=text(
                "What the pipeline brings a day: open deals × win rate × average deal / sales cycle"
                " in days. Open deals are those of the as-of day, the rest is of the period."
            ),
            numerator=text("open deals × win_rate × average_deal"),
            denominator=text("sales_cycle_days"),
            grain=text("a deal, open on the as-of day or closed in the period"),
            dimensions=DEAL,
        ),
        Definition(
            name="coverage",
            unit="share",
            meaning=text(
                "Open pipeline expected to close in the period for each unit of money still missing"
                " to the target: 3 is three times over. Nothing where the target is reached."
            ),
            numerator=text("amounts of open deals expected to close in the period"),
            denominator=text("target − won_revenue"),
            grain=text("an open deal, on the day it is expected to close"),
            dimensions=TARGET,
        ),
        Definition(
            name="stage_conversion",
            unit="share",
            meaning=text(
                "Of the deals that ever entered a stage in the period, the share that later reached"
                " another open stage for the first time, or was won."
            ),
            numerator=text("entries whose deal got on or was won"),
            denominator=text("first entries of deals into an open stage"),
            grain=text("a deal and stage, on the day the deal first entered it"),
            dimensions=(*DEAL, "stage", *TIME),
        ),
        Definition(
            name="slip_rate",
            unit="share",
            meaning=text(
                "Of the value that was due in the period on the evening before it began, the share"
                " that was closed in it neither as won nor as lost. Finished periods only; without"
                " a period, each month counts as one."
            ),
            numerator=text("value due and not closed in the period"),
            denominator=text("value due in the period"),
            grain=text("a deal open before the period, on its expected closing day as known then"),
            dimensions=(*DEAL, *TIME),
        ),
        Definition(
            name="quota_attainment",
            unit="share",
            meaning=text(
                "Won revenue as a share of the target in force. A target that reaches beyond the"
                " period counts by its days in it; one of the company, a team or a product is never"
                " spread over what it does not name."
            ),
            numerator=text("won_revenue"),
            denominator=text("target"),
            grain=text("a deal, on the day it closed"),
            dimensions=(*DEAL, *TIME, *COHORTS),
        ),
        Definition(
            name="attainment_contribution",
            unit="share",
            meaning=text(
                "Won revenue of a part as a share of the whole company's target in force: what the"
                " part adds to the company's attainment, also where the part has no target."
            ),
            numerator=text("won_revenue of the part"),
            denominator=text("target of the company"),
            grain=text("a deal, on the day it closed"),
            dimensions=(*DEAL, *COHORTS),
        ),
        *LEADS,
        Definition(
            name="activities",
            unit="activities",
            meaning=text("How many activities there were, by the day they happened."),
            numerator=text("activities"),
            denominator=None,
            grain=text("an activity, on the day it happened"),
            dimensions=ACTIVITY,
        ),
        Definition(
            name="selling_hours",
            unit="hours",
            meaning=text(
                "Hours of the activities that are selling, by the day they happened. The rulebook"
                " says which types those are (activity.selling_types)."
            ),
            numerator=text("duration_minutes / 60 of selling activities"),
            denominator=None,
            grain=text("an activity, on the day it happened"),
            dimensions=ACTIVITY,
        ),
        Definition(
            name="customer_hours",
            unit="hours",
            meaning=text(
                "Hours in meetings and calls with customers, by the day they began; of a person's"
                " that overlap each hour counts once. A customer is in it where it names a deal, a"
                " lead, a person or a company. Which types count is in activity.selling_types; what"
                " was cancelled, declined or not held (activity.not_held) and events of"
                " activity.longest_hours or more, as of whole days, are left out."
            ),
            numerator=text("hours that some meeting or call with a customer covers"),
            denominator=None,
            grain=text("a meeting or call of a person, on the day it began"),
            dimensions=(*TIMES, *FINE),
        ),
        Definition(
            name="internal_hours",
            unit="hours",
            meaning=text(
                "Hours in meetings and calls that name no customer, counted as customer_hours are."
            ),
            numerator=text("hours that some meeting or call without a customer covers"),
            denominator=None,
            grain=text("a meeting or call of a person, on the day it began"),
            dimensions=(*TIMES, *FINE),
        ),
        Definition(
            name="customer_hours_a_week",
            unit="hours",
            meaning=text(
                "customer_hours for each person and week. Someone is there from the day of their"
                " first meeting or call on, until they leave and up to the as-of day; whoever has"
                " none in the data is not counted."
            ),
            numerator=text("customer_hours"),
            denominator=text("weeks that people were there"),
            grain=text("a meeting or call of a person, on the day it began"),
            dimensions=TIMES,
        ),
        Definition(
            name="selling_time_share",
            unit="share",
            meaning=text(
                "customer_hours as a share of the working time of the people who were there, as"
                " customer_hours_a_week counts them. Working time is by working_time.hours on"
                " each person's own clock, without days off (working_time.days_off and the table"
                " calendar)."
            ),
            numerator=text("customer_hours"),
            denominator=text("hours of working time"),
            grain=text("a meeting or call of a person, on the day it began"),
            dimensions=TIMES,
        ),
        Definition(
            name="forecast_error",
            unit="share",
            meaning=text(
                "How far saved forecasts of won revenue were off, month by month: the sum of"
                " |actual − forecast| / the sum of actuals. Of each finished month, the last"
                " forecast made before it began."
            ),
            numerator=text("sum of |actual − forecast|"),
            denominator=text("sum of actuals"),
            grain=text("a finished month with a forecast made before it"),
            dimensions=(*WHO, "product", *TIME),
        ),
        Definition(
            name="forecast_bias",
            unit="share",
            meaning=text(
                "Whether saved forecasts of won revenue were too high (above 0) or too low: the sum"
                " of forecast − actual / the sum of actuals, over the months of forecast_error."
            ),
            numerator=text("sum of forecast − actual"),
            denominator=text("sum of actuals"),
            grain=text("a finished month with a forecast made before it"),
            dimensions=(*WHO, "product", *TIME),
        ),
    )
}
