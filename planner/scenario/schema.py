"""What a planner may write in a scenario: every key, its meaning, its unit, its default and where that default comes from.

The text under a field is its documentation everywhere: in the editor, in the JSON Schema and in the
reference page. A default lives here and nowhere else.
"""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, field_validator, model_validator

from planner.names import NEEDS, Year
from planner.scenario.sense import NonsenseError, misfits, needs_in_groups

Share = Annotated[float, Field(ge=0, le=1)]
Rate = Annotated[float, Field(ge=-0.5, le=0.5)]
Pounds = Annotated[float, Field(ge=0, le=100_000_000_000)]
Factor = Annotated[float, Field(ge=0, le=100)]
Minutes = Annotated[float, Field(ge=0, le=600)]
Speed = Annotated[float, Field(ge=5, le=130)]
LineName = Literal[
    "place_funding", "top_up", "independent_fees", "mainstream_support", "other_placements", "early_help", "running_cost",
    "interim_tuition", "transport", "capital",
]  # fmt: skip
"""The lines of cost, as ``planner.names.Line`` lists them."""


class Block(BaseModel):
    """A part of a scenario: cannot change once read, and refuses keys that it does not know."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, use_attribute_docstrings=True, allow_inf_nan=False)


def _check_year(text: str) -> str:
    Year.parse(text)
    return text


YearText = Annotated[str, Field(pattern=r"^\d{4}/\d{2}$", examples=["2026/27"]), AfterValidator(_check_year)]


class Detail(Block):
    """How finely the county is drawn."""

    areas: Literal["small_area", "area", "planning_area", "district"] = "planning_area"
    """Which areas children are grouped by: small areas (where the county has a table of them), every area in the county's table, planning areas, or districts. Default: planning areas, so that a choice among many options solves within minutes."""
    need_groups: dict[str, list[str]] = Field(default_factory=lambda: {need: [need] for need in NEEDS})
    """Which needs are planned for together: the name of each group, then the needs in it. Each need stands in exactly one group. Default: each need by itself."""

    @model_validator(mode="after")
    def _every_need_once(self) -> Self:
        found = needs_in_groups(self.need_groups)
        if found:
            raise NonsenseError(found)
        return self


class NewEhcpTrend(Block):
    """How the chance of a new EHCP changes over the years."""

    shape: Literal["continue", "level_off", "fall", "history"] = "level_off"
    """continue: grows by the same share every year. level_off: the growth shrinks in a straight line to nothing by the year given in `until`. fall: levels off, then falls each year by `fall_per_year`. history: as the county's published history supports (it needs the table ehcp_history); growth_per_year and until are then not used."""
    growth_per_year: Rate = 0.05
    """Growth of the new-EHCP rate in the first year, as a share (0.05 is 5% a year). Default: assumption; published new EHCPs grew faster from 2021 to 2024."""
    until: YearText = "2030/31"
    """Academic year in which growth has levelled off (level_off and fall). Default: assumption."""
    fall_per_year: Share = 0.02
    """Yearly fall after levelling off, as a share (fall only). Default: assumption."""
    growth_kept_per_year: Share = 0.85
    """Share of a year's growth of all EHCPs that the next year keeps (history, and the paths low and high). Default: assumption; at 0.85 England's growth of 2024 adds up to about 45% in five years, the rise that the Department for Education expects of pupils with an EHCP from 2024-25 to 2029-30."""


class Spike(Block):
    """A temporary rise in new EHCPs, for stress tests."""

    first_year: YearText
    """First academic year of the rise."""
    last_year: YearText
    """Last academic year of the rise."""
    factor: Annotated[float, Field(gt=0, le=10)]
    """New EHCPs in those years are multiplied by this (1.25 is a quarter more)."""


class EarlyHelp(Block):
    """What an early-help episode in a contact base does. No study gives a causal figure: every value here is an assumption to be tested."""

    effect: Share = 0.15
    """EHCPs avoided for each episode once the full effect is reached, children per episode. Default: assumption, no causal evidence; try 0.05 and 0.30."""
    profile: Literal["step", "linear", "front_loaded", "back_loaded", "s_curve"] = "linear"
    """How the effect arrives over the years after an episode. step: all in one year, after the lag. The others spread it over `spread_years`: evenly, mostly early, mostly late, or mostly in the middle. The shares add to 1."""
    lag_years: Annotated[int, Field(ge=1, le=10)] = 1
    """Years between the episode and the first EHCP it can avoid; at least 1. Default: assumption."""
    spread_years: Annotated[int, Field(ge=1, le=10)] = 3
    """Over how many years the effect arrives (not used by step). Default: assumption."""
    fade_per_year: Share = 0.1
    """Share of the effect that is lost for each further year after the first in which it arrives. Default: assumption."""
    most_avoidable_share: Share = 0.4
    """At most this share of the new EHCPs of a group in a year can be avoided. Default: assumption; reviewers in the Delivering Better Value programme judged that 65% of cases could have been met another way."""
    bands: list[str] = Field(default_factory=lambda: ["support"])
    """The bands whose new EHCPs early help can avoid. Default: the lowest band only, so that the model cannot pick out the costliest children before anybody knows who they are."""
    reachable_share: Share = 0.25
    """At most this share of the children on SEN support can be given an episode in a year. Default: assumption."""


class Demand(Block):
    """How many children will need a place."""

    projection: Literal["by_phase", "by_age"] = "by_phase"
    """by_phase: new EHCPs and arrivals of the base year by phase, in proportion to the children of that phase. by_age: children followed by single year of age with rates from the county's published history (it needs the table ehcp_history by age)."""
    path: Literal["low", "central", "high"] = "central"
    """Which of the paths that the published history supports: low and high are totals that one simulated path in ten lies below or above (they need the table ehcp_history). central: the forecast itself, or the trend in `new_ehcps`."""
    simulated_paths: Annotated[int, Field(ge=100, le=100_000)] = 4000
    """How many times the years to come are simulated for low and high; more make them steadier. Default: assumption."""
    births_change_per_year: Rate = -0.005
    """Yearly change of births, as a share. Default: assumption."""
    net_moves_per_year: Rate = 0.0
    """Net moves of children into the county each year, as a share of each age. Default: assumption."""
    new_ehcps: NewEhcpTrend = NewEhcpTrend()
    """How the chance of a new EHCP changes over the years."""
    spike: Spike | None = None
    """A temporary rise in new EHCPs; none by default."""
    arrivals_factor: Factor = 1.0
    """Children arriving with an EHCP from elsewhere are multiplied by this."""
    escalation_factor: Factor = 1.0
    """Every chance of escalating to a higher band is multiplied by this."""
    early_help: EarlyHelp = EarlyHelp()
    """What an early-help episode does."""


class LimitMinutes(Block):
    """The longest journey one way, minutes, by phase."""

    early_years: Minutes = 45.0
    """Minutes one way. Default: as for primary (assumption)."""
    primary: Minutes = 45.0
    """Minutes one way. Default: the guideline maximum for primary age."""
    secondary: Minutes = 75.0
    """Minutes one way. Default: the guideline maximum for secondary age."""
    post_16: Minutes = 75.0
    """Minutes one way. Default: as for secondary (assumption)."""

    def of(self, phase: str) -> float:
        """The limit for a phase, minutes one way."""
        return float(getattr(self, phase))


class Travel(Block):
    """How long journeys take and how long they may take."""

    matrix: str | None = None
    """File in the county's folder with columns area, site, minutes, km from a routing engine. None: minutes are worked out from coordinates. A pair that is not in the file cannot be travelled."""
    detour: Annotated[float, Field(ge=1, le=3)] = 1.3
    """Road distance over straight-line distance. Default: assumption (about 1.3 for drives in Great Britain)."""
    speed_kmh_urban: Speed = 32.0
    """Speed in an urban area, km/h. Default: assumption below the published average for local A roads."""
    speed_kmh_rural: Speed = 45.0
    """Speed in a rural area, km/h. Default: assumption above the published average for local A roads."""
    pick_up_minutes: Minutes = 10.0
    """Minutes added to a shared journey for picking up other children; none within the walking distance. Default: assumption."""
    limit_minutes: LimitMinutes = LimitMinutes()
    """The longest journey one way, by phase."""
    limit: Literal["hard", "priced"] = "hard"
    """hard: a place further away than the limit does not exist for a child. priced: it exists, and every minute over the limit costs `over_limit_gbp_per_minute_year`, reported apart."""
    over_limit_gbp_per_minute_year: Pounds = 500.0
    """Price of a minute one way over the limit for one child for one year, pounds (priced only)."""
    most_over_limit_minutes: Minutes = 30.0
    """No journey is further over the limit than this, minutes one way (priced only)."""


class FixedOption(Block):
    """An option that the planner has decided: it opens in this year with this size."""

    year: YearText
    """Academic year in which it opens."""
    blocks: Annotated[int, Field(ge=0, le=1000)] | None = None
    """Size in blocks. None: the smallest size the option allows."""


class OptionChange(Block):
    """A change to what the county's table says of an option, or of all options of a kind."""

    delay_years: Annotated[int, Field(ge=0, le=20)] = 0
    """Years by which the option opens later than the table or `fixed` says."""
    capital_factor: Factor = 1.0
    """Capital is multiplied by this, to test a price (money.optimism_bias is the uplift for estimates that are too low)."""
    running_factor: Factor = 1.0
    """Fixed running cost is multiplied by this."""
    most_blocks: Annotated[int, Field(ge=0, le=1000)] | None = None
    """The largest size allowed, in blocks, in place of the table's."""


class Options(Block):
    """What the programme may do. The options themselves, with their hosts and costs, are in the county's options table."""

    committed: bool = True
    """Whether schemes that the county's table marks as committed open as they are planned."""
    offer: list[str] = Field(default_factory=list)
    """What the model may choose from: names of options, or of kinds of option (resource_centre, contact_base, expand_special, new_special, independent_block, close_unit). Default: nothing."""
    fixed: dict[str, FixedOption] = Field(default_factory=dict)
    """Options that the planner has decided, by name."""
    change: dict[str, OptionChange] = Field(default_factory=dict)
    """Changes to single options, or to all options of a kind, by name. A change to one option counts before a change to its kind."""
    most_openings_per_year: Annotated[int, Field(ge=0, le=1000)] | None = 6
    """At most so many chosen options may open in one academic year. None: no limit. Options fixed by the planner or committed do not count."""


class UnitChange(Block):
    """A change to one existing unit."""

    places: Annotated[float, Field(ge=0, le=100_000)] | None = None
    """Places in place of the table's."""
    places_factor: Factor = 1.0
    """Places are multiplied by this."""


class Limits(Block):
    """Limits on money. A limit can be broken only at a price, and what is over it is reported."""

    capital_gbp_by_year: dict[YearText, Pounds] = Field(default_factory=dict)
    """Capital that may be spent in a financial year, pounds at the prices of that year, for the years named. A year that is not named has no limit."""
    high_needs_gbp_by_year: dict[YearText, Pounds] = Field(default_factory=dict)
    """Revenue in the high needs block in a financial year, pounds, for the years named. A year that is not named has no limit."""


class SlackPrices(Block):
    """What it costs in the objective to break a limit. Never part of a cost total."""

    over_capacity_gbp_per_child_year: Annotated[float, Field(ge=100, le=1_000_000_000)] = 150_000.0
    """One child above a unit's places for one year, pounds. Default: assumption, dearer than any place."""
    under_occupancy_gbp_per_child_year: Annotated[float, Field(ge=100, le=1_000_000_000)] = 20_000.0
    """One child below a new unit's least occupancy for one year, pounds. Default: assumption."""
    over_capital_gbp_per_gbp: Annotated[float, Field(gt=0, le=1_000_000)] = 10.0
    """One pound over a capital limit. Default: assumption."""
    over_high_needs_gbp_per_gbp: Annotated[float, Field(gt=0, le=1_000_000)] = 10.0
    """One pound over a high needs limit. Default: assumption."""


class Money(Block):
    """Prices, discounting and the two clocks."""

    discount_rate: Annotated[float, Field(ge=0, le=0.2)] = 0.035
    """Yearly discount rate in real terms, as a share. Default: HM Treasury Green Book, 3.5% for years 0 to 30."""
    uprating_per_year: dict[LineName, Rate] = Field(default_factory=dict)
    """Yearly change of prices by line, as a share, above general inflation. A line that is not named stays at the prices of the base year."""
    price_factor: dict[LineName, Factor] = Field(default_factory=dict)
    """Every rate of a line is multiplied by this, to test a price (2 doubles it)."""
    optimism_bias: Annotated[float, Field(ge=0, le=3)] = 0.0
    """Uplift of every scheme's capital for estimates that are too low, as a share (0.24 is 24%), shown apart in the appraisal. Default: none, an assumption: capital in the county's table comes mostly from what schemes cost or from budgets. HM Treasury's supplementary guidance starts a standard building at up to 24% before risks are managed."""
    autumn_share: Share = 7 / 12
    """Share of an academic year's cost that falls in the financial year in which it starts: September to March, 7 months of 12."""
    horizon_end: Literal["none", "run_out", "run_out_with_residual"] = "run_out_with_residual"
    """How costs after the last year count. none: not at all. run_out: children then in a place are paid for until their stay ends, with the places and units that hold them, at the last year's prices. run_out_with_residual: also credits what is left of each new building's life, in a straight line."""
    block_growth_per_year: Rate = 0.0
    """Yearly growth of the high needs block after the last published year, as a share, above general inflation. Default: assumption."""
    high_needs_block_gbp_by_year: dict[YearText, Pounds] = Field(default_factory=dict)
    """High needs block in a financial year, pounds, in place of the county's figure or of growth. Growth goes on from it."""
    transfer_in_gbp_by_year: dict[YearText, Annotated[float, Field(ge=-100_000_000_000, le=100_000_000_000)]] = Field(default_factory=dict)
    """Pounds moved into the high needs block from other blocks in a financial year (below 0: out of it), in place of the county's figure. None where nothing is said."""
    other_income_gbp_by_year: dict[YearText, Pounds] = Field(default_factory=dict)
    """Other income of the high needs block in a financial year, pounds, in place of the county's figure. None where nothing is said."""
    slack_prices: SlackPrices = SlackPrices()
    """What it costs in the objective to break a limit."""


class Aim(Block):
    """One aim in the objective, in its turn."""

    aim: Literal["waiting", "cost", "travel"]
    """waiting: child-years spent waiting for a place. cost: present value of public cost with the price of broken limits. travel: child-minutes of travel one way."""
    tolerance: Share = 0.005
    """How far this aim may worsen, as a share of its best value, while the next is improved."""


class Publish(Block):
    """How figures are made safe before anything is published. The council's information governance lead owns these values."""

    round_to: Annotated[int, Field(ge=5, le=100)] = 5
    """Every count of children, and every total, is rounded to the nearest this many children by itself. Default: 5, as councils refuse counts below 5."""
    small_below: Annotated[int, Field(ge=2, le=100)] = 5
    """A count below this and above 0 is small: the self-attack tests that none can be made out. Default: 5."""
    zeros: Literal["shown", "low"] = "shown"
    """shown: a true 0 is shown as 0. low: a true 0 is shown as [low] too. Take low where the county's tables hold whole children counted from a return, because [low] would then mean 1 or 2."""
    rate_base: Annotated[int, Field(ge=10, le=1000)] = 20
    """A percentage, a mean or a cost per child is left out where it is about fewer children than this. Default: assumption."""
    money_round_to_gbp: Annotated[int, Field(ge=1000, le=10_000_000)] = 100_000
    """Money that pays for children is rounded to the nearest this many pounds. Default: assumption."""
    money_least_children: Annotated[int, Field(ge=5, le=1000)] = 10
    """Money is left out where it pays for fewer children than this. Default: assumption."""
    money_least_gbp: Annotated[int, Field(ge=0, le=100_000_000)] = 1_000_000
    """Where it is not known how many children an amount pays for, it is left out below this many pounds. Default: assumption, ten children in the dearest places."""


def _default_aims() -> list[Aim]:
    return [Aim(aim="waiting", tolerance=0.01), Aim(aim="cost", tolerance=0.001), Aim(aim="travel")]


class Solve(Block):
    """How the answer is looked for."""

    solver: str = "HiGHS"
    """A solver that PuLP knows by this name (HiGHS, COIN_CMD, SCIP_PY, GUROBI ...). HiGHS comes with the program; COIN_CMD, which is CBC, comes with PuLP 3 or the package cbcbox."""
    method: Literal["auto", "whole", "priced"] = "auto"
    """whole: the whole model goes to the solver at once. priced: prices on places first. auto: by size."""
    gap: Annotated[float, Field(ge=0, le=0.5)] = 0.002
    """The search stops once the plan is proven to be within this share of the best possible."""
    time_limit_seconds: Annotated[float, Field(gt=0, le=604_800)] = 480.0
    """The search for openings stops after about this long, seconds, with the best plan so far."""
    threads: Annotated[int, Field(ge=1, le=64)] = 1
    """Processor threads. One gives the same plan on every laptop."""
    random_seed: Annotated[int, Field(ge=0, le=2_147_483_647)] = 0
    """Seed of the solver's random choices."""


class Range(Block):
    """A plausible range of a setting."""

    low: Annotated[float, Field(allow_inf_nan=False)]
    """The lowest value that is plausible, in the setting's own unit."""
    high: Annotated[float, Field(allow_inf_nan=False)]
    """The highest value that is plausible, in the setting's own unit."""


class Scenario(Block):
    """One scenario: what is assumed and what may be done."""

    title: str = Field(min_length=3, max_length=120)
    """A title for people."""
    description: str = ""
    """What this scenario is for, in a sentence or two."""
    county: str = Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")
    """The county's folder inside data/."""
    base_year: YearText = "2024/25"
    """Academic year of the census that the county's tables describe. Decisions start the year after."""
    years: Annotated[int, Field(ge=1, le=30)] = 10
    """How many years are planned."""
    detail: Detail = Detail()
    """How finely the county is drawn."""
    demand: Demand = Demand()
    """How many children will need a place."""
    travel: Travel = Travel()
    """How long journeys take and may take."""
    options: Options = Options()
    """What the programme may do."""
    units: dict[str, UnitChange] = Field(default_factory=dict)
    """Changes to existing units, by the unit's name in the county's table."""
    limits: Limits = Limits()
    """Limits on money."""
    money: Money = Money()
    """Prices, discounting and the two clocks."""
    objective: list[Aim] = Field(default_factory=_default_aims, min_length=1)
    """The aims in their order: each is kept within its tolerance while the next is improved. Default: waiting, then cost, then travel."""
    solve: Solve = Solve()
    """How the answer is looked for."""
    publish: Publish = Publish()
    """How figures are made safe before anything is published."""
    ranges: dict[str, Range] = Field(default_factory=dict)
    """Plausible ranges that `planner sensitivity` tries, by the setting's whole name (demand.early_help.effect). Default: those of the county's log and of the program."""

    @field_validator("objective")
    @classmethod
    def _each_aim_once(cls, aims: list[Aim]) -> list[Aim]:
        names = [aim.aim for aim in aims]
        if len(set(names)) < len(names):
            raise ValueError("each aim may stand only once in the objective")
        return aims

    @model_validator(mode="after")
    def _years_make_sense(self) -> Self:
        found = misfits(self)
        if found:
            raise NonsenseError(found)
        return self

    @property
    def horizon(self) -> tuple[Year, ...]:
        """The base year and then every year planned; index 0 is the base year."""
        base = Year.parse(self.base_year)
        return tuple(base + step for step in range(self.years + 1))
