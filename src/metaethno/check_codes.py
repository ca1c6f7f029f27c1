"""The checks of phases 3 to 7: what each is called, its usual level, what must hold, and what to do where it doesn't.

Y1 to Y15 are the method's own; from Y16 on stand checks of bookkeeping. Codes are stable.
"""

from __future__ import annotations

KNOWN: dict[str, tuple[str, str]] = {
    "Y1": ("error", "Every id referred to exists, and no id stands for two things."),
    "Y2": ("error", "Every included report belongs to a study; every study has an included report, and a row."),
    "Y3": ("error", "Every construct is translated, or marked not translatable or set aside with a reason."),
    "Y4": ("warning", "Every included study has a construct and feeds a third-order construct."),
    "Y5": ("note", "A third-order construct rests on at least as many studies as the configuration says."),
    "Y6": ("note", "No third-order construct rests on one group of studies alone."),
    "Y7": ("error", "Refutation was looked for in every group: a row, or a signed 'none found'."),
    "Y8": (
        "error",
        "Every construct has a passage with a locator, of its own study; it and the stored text hold what is quoted.",
    ),
    "Y9": ("error", "Each step of the argument rests on something; each third-order construct is in a step."),
    "Y10": ("warning", "The studies cited under the heading of a theme are those that the theme rests on."),
    "Y11": ("warning", "Groups, constructs and concepts agree on what belongs where."),
    "Y12": ("error", "Counts in the report's prose are derived, not typed."),
    "Y13": ("note", "Not more than half of the constructs under an interpretation come from one study."),
    "Y14": ("note", "Third-order constructs keep enough studies when those with thin data are left out."),
    "Y15": ("warning", "A third-order construct does more than repeat one second-order construct."),
    "Y16": ("note", "Every passage is cited by a construct or a link."),
    "Y17": ("warning", "The reading log has one standing row per study, group and pass, and agrees with the rest."),
    "Y18": ("error", "Nothing that was dropped or set aside is still rested on."),
    "Y19": ("warning", "A refutational translation has its refutation written down."),
    "Y20": ("warning", "The trail of changed concepts and their status agree."),
    "Y21": ("error", "A signature's evidence and its hash belong together."),
    "Y31": ("warning", "A quotation stands on the page that its passage names."),
    "Y32": ("note", "Every quotation can be looked for in a stored full text that has a text."),
    "Y33": ("warning", "Every construct says what it means."),
    "Y22": ("warning", "Somebody has stated, under their name, what the synthesis says beyond its studies."),
    "Y23": ("note", "No table of decisions is padded with empty rows."),
    "Y24": ("warning", "No cell of a table of decisions holds a formula or a spreadsheet's error."),
    "Y25": ("note", "A column that the review added to a table is filled in some row."),
}

# What to do, in general; a finding says more, where there is more to say.
TO_DO: dict[str, str] = {
    "Y1": "Correct the id, or put back the row it means: rows are marked as dropped, never deleted.",
    "Y2": "Add the study's row or its report, include a report of it, or take the study out.",
    "Y3": "Translate the construct, or mark it as not translatable or set aside and say why.",
    "Y4": "Read the study again against the synthesis; if it really adds nothing, say so in a signed statement.",
    "Y5": "One rich study may well carry a theme: say so in a signed statement, or look for more support.",
    "Y6": "Ask whether the other groups say anything about it.",
    "Y7": "Say on the translation form what is refuted, or that none was found.",
    "Y8": "Name the construct's quotation and its page or section on its sheet: `metaethno todo extraction` writes it.",
    "Y9": "Say what the step rests on; let a step rest on the third-order construct, or mark it as dropped.",
    "Y10": "Cite the missing studies under the heading, or correct what the theme rests on.",
    "Y11": "Correct the group, or the concept's or study's membership.",
    "Y12": "Put the variable in place of the number, or say in a signed statement what it counts.",
    "Y13": "Say in the report how far the interpretation rests on that study.",
    "Y14": "Say in the report how far the construct rests on thin data.",
    "Y15": "Ask what it says beyond that construct; if nothing, it is not of the third order.",
    "Y16": "Name its construct on the sheet of `metaethno todo extraction`, or leave it as a mark for later.",
    "Y17": "Enter the reading that is missing, or settle which row counts.",
    "Y18": "Let it rest on what took the place of what was dropped: `metaethno todo synthesis` or `todo translation`.",
    "Y19": "Say on the translation form what it contradicts, about what, and how that is resolved.",
    "Y20": "Say on the sheet Concepts of `metaethno todo translation` what became of the concept, and why.",
    "Y21": "Put the row back as it was: `metaethno sign` writes these cells, and nobody changes them.",
    "Y22": "`metaethno sign statement` asks for it: one or two sentences under your name.",
    "Y23": "Delete the empty rows.",
    "Y24": "Put in the cell what the formula was to show.",
    "Y25": "Fill the column, or take it out of the table and the configuration.",
    "Y31": "Correct the page in the passage's locator; `quotations.csv` names the page on which it was found.",
    "Y32": "Store the full text (docs/screening.md), or look the quotation up in print and say so in a memo.",
    "Y33": "Say what it means, in its authors' words as far as you can, on the sheet of `metaethno todo extraction`.",
}

# A program can't judge these; a person's signed statement settles them.
BY_STATEMENT = ("Y4", "Y5", "Y6", "Y10", "Y12", "Y13", "Y14", "Y15", "Y16", "Y22")
