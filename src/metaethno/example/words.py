"""The vocabulary of the stand-ins: what papers on health inequalities and equity are made of.

Everything is in British sentence case; the writers derive title case, capitals and US spelling from it.
Entries are free of numerals and of each other's key words where a trap family needs them apart.
"""

from __future__ import annotations


def lines(text: str) -> tuple[str, ...]:
    """Return the non-empty lines of `text`: a list that is easy to read and to extend."""
    return tuple(line.strip() for line in text.strip().splitlines() if line.strip())


def items(text: str) -> tuple[str, ...]:
    """Return the `;`-parted items of `text`."""
    return tuple(" ".join(item.split()) for item in text.split(";") if item.strip())


PLACES = items("""
    rural Ghana; Greater Manchester; northern Uganda; urban India; south-east London; western Sydney;
    Nova Scotia; the Brazilian Amazon; Cape Town; Nairobi's informal settlements; Aotearoa New Zealand;
    the Scottish Highlands; inner-city Glasgow; post-industrial Wales; the West Midlands; north-east
    England; Merseyside; Northern Ireland; the Republic of Ireland; metropolitan Melbourne; remote
    Queensland; Tasmania; British Columbia; Saskatchewan; rural Ontario; Québec; Montréal; Toronto;
    Vancouver's Downtown Eastside; northern Manitoba; Chicago; Detroit; rural Appalachia; the Mississippi
    Delta; Los Angeles County; New York City; the US-Mexico border; Texas; Oregon; North Carolina;
    Hawai'i; Puerto Rico; Mexico City; Oaxaca; Guatemala; rural Peru; Lima; Bogotá; Medellín; Chile;
    Buenos Aires; São Paulo; Salvador da Bahia; rural Bolivia; Ecuador; Haiti; Jamaica; Norway; northern
    Sweden; Stockholm; Denmark; Copenhagen; Finland; Iceland; the Netherlands; Rotterdam; Flanders;
    Brussels; Berlin; eastern Germany; Vienna; Switzerland; Paris; Seine-Saint-Denis; Marseille;
    Catalonia; Andalusia; Madrid; Lisbon; southern Italy; Emilia-Romagna; Athens; Poland; Hungary; rural
    Romania; Slovenia; Estonia; Lithuania; Kosovo; Istanbul; eastern Türkiye; Lebanon; Jordan; the
    occupied Palestinian territory; Israel; Tehran; rural Iran; Pakistan; Karachi; Kerala; Bihar;
    Rajasthan; Mumbai; Bangladesh; Dhaka; rural Nepal; Sri Lanka; Myanmar; Thailand; northern Vietnam;
    Cambodia; Lao PDR; Indonesia; Papua New Guinea; the Philippines; Metro Manila; Malaysia; Singapore;
    Hong Kong; rural China; Shanghai; Taiwan; South Korea; Seoul; Japan; Okinawa; Mongolia; Kazakhstan;
    Ethiopia; Addis Ababa; Tigray; Kenya; Kisumu; Tanzania; Zanzibar; Rwanda; Burundi; Malawi; Zambia;
    Zimbabwe; Mozambique; KwaZulu-Natal; Soweto; Botswana; Lesotho; Nigeria; Lagos; Cameroon; Senegal;
    Burkina Faso; Mali; Sierra Leone; Liberia; Côte d'Ivoire; Egypt; Morocco; Tunisia; Sudan; Fiji;
    Samoa; the Torres Strait Islands
""")

POPULATIONS = items("""
    refugee families; older migrants; asylum seekers; Roma communities; Indigenous elders; First Nations
    youth; Inuit families; Māori whānau; Pacific families; Aboriginal communities; undocumented workers;
    seasonal farmworkers; domestic workers; homeless adults; rough sleepers; single parents; teenage
    mothers; young carers; older carers; lone fathers; grandparents raising grandchildren; working-class
    pensioners; unemployed adults; care leavers; people leaving prison; people who inject drugs; sex
    workers; transgender adults; sexual minority youth; lesbian and bisexual patients; disabled young
    people; adults with learning disabilities; Deaf communities; autistic adults; people with severe
    mental illness; people living with HIV; people with chronic pain; people with multimorbidity; cancer
    survivors; stroke survivors; dialysis patients; wheelchair users; low-income parents; food bank
    users; tenants in social housing; residents of deprived neighbourhoods; slum dwellers; pastoralist
    communities; fishing communities; coal-mining communities; farming families; Gypsies and Travellers;
    Somali families; South Asian adults; Bangladeshi parents; Chinese older adults; African American
    elders; Latino immigrants; Latina mothers; Hmong elders; Syrian refugees; Afghan refugees; Rohingya
    refugees; Eritrean migrants; Polish migrants; Turkish families; Vietnamese immigrants; Korean
    immigrants; Filipino care workers; international students; primary school children; school-age
    adolescents; rural adolescents; out-of-school youth; street-connected children; adolescent girls;
    expectant parents; new parents; first-time mothers; low-caste families; Dalit communities; tribal
    communities; widows; divorced adults; veterans; gig-economy workers; cleaners and porters; bus
    drivers; call-centre workers; informal waste pickers; garment workers; market traders; hospital
    patients; frequent attenders; care home residents; people with dementia; family caregivers; kidney
    transplant candidates; women in midlife; men in midlife; rural elders; island communities
""")

PHENOMENA = items("""
    food insecurity; housing precarity; fuel poverty; in-work poverty; debt and money worries;
    unemployment; precarious employment; air pollution; neighbourhood decline; gentrification; transport
    poverty; digital exclusion; health literacy; self-management; medication taking; vaccination;
    cervical screening; bowel screening; breast screening; dental attendance; oral health; antenatal
    care; birth and maternity care; breastfeeding; infant feeding; child growth; childhood obesity;
    healthy eating; physical activity; smoking; smoking cessation; alcohol use; gambling harm; opioid
    use; harm reduction; HIV testing; PrEP use; tuberculosis treatment; malaria prevention; hepatitis C
    care; hypertension; heart failure; cardiac rehabilitation; stroke recovery; asthma; chronic
    obstructive pulmonary disease; chronic kidney disease; arthritis; back pain; cancer diagnosis;
    help-seeking for cancer symptoms; palliative care; end-of-life care; bereavement; depression;
    perinatal distress; postnatal depression; anxiety; suicidal distress; self-harm; psychosis; trauma;
    loneliness; social isolation; stigma; everyday racism; institutional racism; gender-based violence;
    intimate partner violence; child marriage; menstrual health; contraception; abortion care;
    infertility; sexual health; sanitation; water insecurity; heat and climate change; disaster recovery;
    migration; detention; resettlement; language barriers; interpreting; trust in services; general
    practice; emergency care; out-of-hours care; hospital discharge; rehabilitation; community nursing;
    telehealth; health insurance; user fees; informal payments; welfare reform; austerity; benefit
    sanctions; disability assessment; social prescribing; peer support; community gardening; early
    childhood development; school health; school meals; sleep; body weight; vision loss; hearing loss;
    falls; frailty; healthy ageing; retirement; care work; shift work; occupational injury; sick leave;
    return to work; green space; playing out; neighbourhood safety; policing; imprisonment; legal needs;
    citizenship; social participation
""")

CONCEPTS = items("""
    health inequalities; health equity; the social determinants of health; social inequalities in health;
    health inequities; the social gradient in health; health disparities; structural determinants of
    health; equity in health; socioeconomic inequalities in health; ethnic inequalities in health; the
    commercial determinants of health; social justice in health; inequalities in wellbeing; gender equity
    in health; the right to health; inequity and exclusion; structural violence; structural
    vulnerability; health in all policies
""")

HEADS = items("""
    Experiences of; Perceptions of; Understandings of; Narratives of; Meanings of; Accounts of; Barriers
    to; Making sense of; Living with; Coping with; Talking about; Negotiating; Navigating; Explaining;
    Framing; Constructing; Rethinking; Contesting; Facing; Unequal chances in; Views on; Beliefs about;
    Knowledge and beliefs about; Attitudes towards; Lay understandings of; Lay theories of; Gendered
    experiences of; Everyday experiences of; Lived experience of; Embodied experiences of; Moral accounts
    of; Stories of; Struggles over; Silence about; The burden of; The politics of; The social meaning of;
    The emotional cost of; The context of; Inequalities in; Inequities in; Exploring; Understanding;
    Unpacking; Situating; Mapping; Responding to; Researching; Disparities in; Priorities for
""")

METHODS = items("""
    a qualitative study; a qualitative interview study; a focus group study; an ethnographic study; a
    grounded theory study; an interpretative phenomenological analysis; a narrative analysis; a discourse
    analysis; a critical discourse analysis; a framework analysis; a thematic analysis; a photovoice
    study; a participatory action research study; a case study; a multiple case study; a comparative case
    study; a mixed methods study; a longitudinal qualitative study; a qualitative secondary analysis; a
    phenomenological study; a hermeneutic study; a content analysis; a qualitative descriptive study; a
    life history study; an institutional ethnography; a rapid ethnography; a community-based
    participatory study; a Q methodology study; a walking interview study; a scoping review; a
    qualitative evidence synthesis; a systematic review of qualitative research; a realist review; a
    concept analysis; a cross-sectional survey; a cohort study; a policy analysis; a document analysis; a
    stakeholder analysis; a Delphi study; an exploratory study; findings from in-depth interviews;
    results of a household survey; lessons from the field; a theoretical framework; a research agenda; a
    commentary; a critical reflection
""")

THEORIES = items("""
    intersectionality; Bourdieu's theory of practice; structural violence theory; the capability
    approach; critical realism; fundamental cause theory; social capital theory; candidacy; Foucault's
    governmentality; critical race theory; feminist political economy; syndemic theory; the life course
    perspective; ecosocial theory; stigma theory; figurational sociology; normalisation process theory;
    street-level bureaucracy; institutional theory; recognition theory; postcolonial theory;
    actor-network theory; moral economy; social practice theory; complexity theory; decolonising
    methodologies; standpoint theory; framing theory; narrative theory; the political economy of health
""")

ACTORS = items("""
    General practitioners; Community nurses; Health visitors; Midwives; Public health managers; Local
    councillors; Community health workers; Social workers; School nurses; Pharmacists; Dentists; Mental
    health nurses; Hospital managers; Health promotion officers; Dietitians; Physiotherapists;
    Occupational therapists; Practice nurses; Teachers; Youth workers; Housing officers; Faith leaders;
    Village health volunteers; Traditional birth attendants; Emergency clinicians; Psychiatrists;
    Paediatricians; Medical students; Nursing students; Policy makers; Commissioners; Charity workers;
    Welfare advisers; Interpreters; Urban planners; Police officers; Journalists; Researchers
""")

QUOTES = lines("""
    you just get on with it
    nobody asks us what we need
    it is not for people like me
    we are the forgotten ones
    it all comes down to money
    they don't see the whole person
    I was just a number to them
    you have to fight for everything
    there is always something more urgent
    it depends where you live
    a roof over your head
    we look after our own
    the system was not built for us
    I eat what there is
    too poor to be ill
    they think we are lazy
    it gets under your skin
    my body keeps the score of it
    doing the best we can
    between a rock and a hard place
    you learn not to ask
    home is where it hurts
    the door was always closed
    walking on eggshells
    it takes a village
    I don't want to be a burden
    waiting for the next bill
    a different kind of hunger
    we speak, they do not hear
    the long road to the clinic
    you can't be what you can't see
    it is the air we breathe
    if you have no papers
    my children come first
    always the last in the queue
    they write us off
    what counts as sick
    our health is in the land
    a job is not enough
    keeping up appearances
""")

NOUNS = items("""
    Power; Voice; Trust; Place; Belonging; Time; Shame; Dignity; Care; Class; Gender; Hope; Risk;
    Responsibility; Resistance; Solidarity; Silence; Recognition; Agency; Work; Race; Citizenship;
    Resilience; Exclusion; Kinship
""")

QUESTIONS = lines("""
    Whose responsibility is {phen}? {actor}' views on {conc} in {place}
    What matters to {pop}? {Phen} and {conc} in {place}
    Who is left behind? {Phen} among {pop} in {place}
    Does place matter for {phen}? {Pop} in {place}
    Why do {pop} in {place} talk about {phen} as they do?
    How do {pop} in {place} understand {phen}?
    Can {phen} be explained by {theory}? Evidence from {place}
    Too little, too late? {Phen} and {conc} in {place}
""")

# `{Head} {phen}`-like slots begin a title with a capital; the others stand inside the sentence.
TEMPLATES = lines("""
    {head} {phen} among {pop} in {place}
    {head} {phen} in {place}
    {head} {phen} and {conc} among {pop}
    {head} {phen} and {phen2} in {place}
    {Phen} and {conc} in {place}
    {Phen}, {phen2} and {conc} among {pop}
    {Phen} among {pop} in {place}
    {Phen} and {phen2} among {pop} in {place}
    {Conc} and {phen} in {place}
    {Conc} in {place} after reforms of {phen}
    {Pop} and {phen} in {place}
    {Pop}, {phen} and the limits of choice in {place}
    {actor}' perspectives on {phen} and {conc} in {place}
    {actor}' accounts of working with {pop} on {phen}
    {actor} and {conc} in {place}
    {actor} talking about {phen} among {pop}
    Applying {theory} to {phen} among {pop}
    Beyond {theory}? {Phen} and {conc} in {place}
    Bringing {theory} to the study of {phen} in {place}
    {noun} and {phen} among {pop} in {place}
    {noun}, {noun2} and {phen} in {place}
    Tackling {conc}? {Phen} in {place}
    From policy to practice in {phen} for {pop} in {place}
    '{Quote}': {phen} among {pop} in {place}
    '{Quote}': {pop} and {conc} in {place}
    '{Quote}': {actor}' views on {phen} and {conc}
    Access to help with {phen} for {pop} in {place}
    Community responses to {phen} in {place}
    Family life, {phen} and {conc} in {place}
    Local government, {phen} and {conc} in {place}
    The role of {phen} in {conc} among {pop}
    The impact of {phen} on {pop} in {place}
    Inequalities in {phen} among {pop} in {place}
    Socioeconomic position and {phen} in {place}
    Ethnicity, {phen} and {conc} in {place}
    A study of {phen} among {pop} in {place}
""")

# What the full texts that were excluded look like, by the reason they are excluded for (see fulltexts.csv).
FULLTEXT_TEMPLATES: dict[str, tuple[str, ...]] = {
    "X1": lines("""
        Tackling {conc} in {place}: a report to local partners
        {actor} and {conc} in {place}: a doctoral thesis
        Viewpoint: why {actor_} should talk about {conc} in {place}
        Conversations with {actor_} about {conc} in {place}: a working paper
    """),
    "X2": lines("""
        A survey of what {actor_} in {place} think about {conc}
        Attitudes of {actor_} towards {conc} in {place}: a cross-sectional survey
        Measuring how {actor_} rank the causes of {conc} in {place}
    """),
    "X3": lines("""
        {actor}' views on {conc} in {place}: free-text answers to a questionnaire
        Short comments by {actor_} on {conc} in {place}: a content analysis
        Mixed methods appraisal of how {actor_} in {place} see {conc}
    """),
    "X4": lines("""
        Undergraduates' understandings of {conc} in {place}: a focus group study
        Residents' and patients' explanations of {conc} in {place}: a qualitative study
        How {pop} in {place} explain {conc}: an interview study
    """),
    "X5": lines("""
        Implementing a programme to reduce {conc} in {place}: {actor}' experiences
        Evaluation of a service change for {conc} in {place}: interviews with {actor_}
        Putting an equity audit into practice with {actor_} in {place}: a process evaluation
    """),
    "X6": lines("""
        Training {actor_} in {conc} in {place}: a qualitative evaluation
        Building capacity among {actor_} to act on {conc} in {place}
    """),
    "X7": lines("""
        {actor}' views on unequal access to services for {pop} in {place}: an interview study
        Inequities in access to care for {pop} in {place}: perspectives of {actor_}
    """),
    "X8": lines("""
        {actor}' descriptions of their work on {conc} in {place}: a qualitative study
        Local action on {conc} in {place}: what {actor_} say they do
        Priorities for {conc} named by {actor_} in {place}: an interview study
        Roles of {actor_} in addressing {conc} in {place}: a qualitative descriptive study
        Leadership for {conc} in {place}: interviews with {actor_}
        Partnership working on {conc} in {place}: views of {actor_}
    """),
    "X9": lines("""
        {actor}' representations of {conc} in {place}: a qualitative study
        {Conc} in {place} as seen by {actor_}: an interview study
    """),
    "X10": lines("""
        How {actor_} in {place} make sense of {conc}: a qualitative study
    """),
    "X11": lines("""
        Understanding {conc} in front-line practice in {place}: first findings from interviews with {actor_}
    """),
}

# Subtitle forms; {method} carries its article.
SUBTITLES = lines("""
    {method}
    {method}
    {method}
    {method} in {place2}
    {method} with {pop2}
    {method} of {pop2} in {place2}
    {method} informed by {theory}
    perspectives of {actor_} in {place2}
    the role of {actor_}
    implications for {conc}
    evidence from {place2}
    a view from {place2}
    insights from {theory}
    challenges and opportunities for {actor_}
""")

# British to US spelling, applied to single words of a title.
US_SPELLING: dict[str, str] = {
    "ageing": "aging", "behaviour": "behavior", "normalisation": "normalization", "decolonising": "decolonizing",
    "neighbourhood": "neighborhood", "neighbourhoods": "neighborhoods", "programme": "program",
    "paediatricians": "pediatricians", "centre": "center", "call-centre": "call-center", "organisation": "organization",
    "labour": "labor", "prioritising": "prioritizing", "towards": "toward",
}  # fmt: skip

# Words of journal titles and their abbreviations (the style of the list of title word abbreviations).
ABBREVIATIONS: dict[str, str] = {
    "journal": "J.", "international": "Int.", "european": "Eur.", "nordic": "Nord.", "african": "Afr.",
    "american": "Am.", "asian": "Asian", "australasian": "Australas.", "canadian": "Can.", "british": "Br.",
    "research": "Res.", "studies": "Stud.", "review": "Rev.", "reviews": "Rev.", "reports": "Rep.",
    "quarterly": "Q.", "annals": "Ann.", "archives": "Arch.", "bulletin": "Bull.", "letters": "Lett.",
    "medicine": "Med.", "medical": "Med.", "health": "Health", "public": "Public", "social": "Soc.",
    "sociology": "Sociol.", "society": "Soc.", "science": "Sci.", "sciences": "Sci.", "policy": "Policy",
    "nursing": "Nurs.", "care": "Care", "community": "Community", "qualitative": "Qual.", "inquiry": "Inq.",
    "equity": "Equity", "equality": "Equal.", "inequalities": "Inequal.", "psychology": "Psychol.",
    "psychiatry": "Psychiatry", "epidemiology": "Epidemiol.", "anthropology": "Anthropol.", "geography": "Geogr.",
    "ethnicity": "Ethn.", "migration": "Migr.", "minority": "Minor.", "welfare": "Welf.", "services": "Serv.",
    "service": "Serv.", "systems": "Syst.", "system": "Syst.", "primary": "Prim.", "practice": "Pract.",
    "education": "Educ.", "promotion": "Promot.", "prevention": "Prev.", "management": "Manag.",
    "administration": "Adm.", "development": "Dev.", "environment": "Environ.", "environmental": "Environ.",
    "urban": "Urban", "rural": "Rural", "global": "Glob.", "critical": "Crit.", "culture": "Cult.",
    "cultural": "Cult.", "gender": "Gend.", "women's": "Womens", "maternal": "Matern.", "child": "Child",
    "family": "Fam.", "ageing": "Ageing", "disability": "Disabil.", "rehabilitation": "Rehabil.",
    "mental": "Ment.", "behaviour": "Behav.", "clinical": "Clin.", "applied": "Appl.", "theory": "Theory",
    "ethics": "Ethics", "law": "Law", "politics": "Polit.", "economics": "Econ.", "work": "Work",
    "occupational": "Occup.", "oral": "Oral", "nutrition": "Nutr.", "food": "Food", "sexual": "Sex.",
    "reproductive": "Reprod.", "open": "Open", "advances": "Adv.", "frontiers": "Front.", "perspectives": "Perspect.",
    "methods": "Methods", "illness": "Illn.", "wellbeing": "Wellbeing", "humanities": "Humanit.", "notes": "Notes",
    "general": "Gen.", "indigenous": "Indig.", "determinants": "Determ.", "evidence": "Evid.", "planning": "Plan.",
    "housing": "Hous.", "justice": "Justice", "rights": "Rights", "communication": "Commun.",
    "bmc": "BMC", "aims": "AIMS",
}  # fmt: skip
ABBREVIATION_STOPS = frozenset({"of", "and", "the", "in", "for", "on", "&"})

JOURNALS = items("""
    Journal of Health Equity Studies; Inequalities in Health Review; Qualitative Inquiry in Public
    Health; Nordic Journal of Social Health Research; European Review of Health Inequalities; Social
    Determinants Quarterly; Annals of Community Health Policy; Journal of Primary Care and Society; Rural
    Health Perspectives; Journal of Urban Health Equity; Public Health and Social Theory; International
    Review of Health Sociology; Critical Studies in Health and Society; Health Geography Letters;
    Archives of Social Epidemiology; Journal of Nursing and Social Justice; Nursing Inquiry and Community
    Practice; Advances in Qualitative Nursing; Mental Health and Equality; Journal of Social Psychology
    and Illness; Culture, Illness and Wellbeing; Medical Anthropology Reports; Journal of Migration and
    Care; Ethnicity and Health Systems; Indigenous Health Research Quarterly; Australasian Journal of
    Health Equity; Canadian Review of Health Policy; African Journal of Community Health Research; Asian
    Journal of Social Medicine; American Annals of Health Justice; British Journal of Health
    Inequalities; Global Health Equity Open; Health Policy and Fairness; Journal of Health Systems and
    Equality; Health Services and Society; Journal of Local Health Planning; Community Development and
    Health; Housing and Health Studies; Food and Nutrition Equity; Oral Health and Society; Journal of
    Disability and Social Care; Ageing and Inequality; Family Health and Welfare; Maternal and Child
    Health Equity; Journal of Sexual and Reproductive Justice; Gender, Work and Health; Women's Health
    and Society; Occupational Health and Social Policy; Journal of Welfare and Health; Health Education
    and Equity; Health Promotion Theory and Practice; Journal of Prevention and Society; Health
    Communication and Culture; Medical Humanities and Social Care; Ethics of Public Health Practice;
    Health, Law and Human Rights; Politics of Health Quarterly; Journal of Health Economics and Justice;
    Environmental Health and Equity; Journal of Clinical Practice and Society; Rehabilitation and Social
    Participation; Journal of Applied Qualitative Health Methods; Evidence and Equity; Frontiers of
    Social Medicine; Perspectives in Health Services Research; Journal of General Practice Studies;
    Minority Health Reports; Behaviour and Social Health; Psychology of Health Inequalities; Psychiatry
    and Social Context; International Journal of Care and Culture; European Journal of Health
    Administration; Health Management and Justice; Open Medical Sociology; Bulletin of Social Medicine;
    Annals of Nursing Policy; Letters in Public Health Theory; Archives of Family and Community Medicine;
    Social Science and Care; Journal of Society and Oral Health
""")

PUBLISHERS = items("""
    Example University Press; Northfield Academic; Lantern Open Science; Harbour & Hale; Meridian Society
    Journals; Openfield Publishing; Greyfriars Press; Example Learned Society
""")

SUBJECTS = items("""
    HEALTH equity; SOCIAL determinants of health; POVERTY; QUALITATIVE research; HEALTH status;
    INTERVIEWING; FOCUS groups; SOCIAL isolation; MINORITIES; HEALTH policy; PRIMARY care; HEALTH
    services accessibility; ATTITUDES; WELL-being
""")
