"""The checks of phases 3 to 6: what each is called, its usual level, and what must hold.

Y1 to Y15 are the method's own; from Y16 on stand checks of bookkeeping. Codes are stable.
"""

from __future__ import annotations

KNOWN: dict[str, tuple[str, str]] = {
    "Y1": ("error", "Every id referred to exists, and no id stands for two things."),
    "Y2": ("error", "Every included study has a row in studies.csv, and every study there has an included report."),
    "Y3": ("error", "Every construct is translated, or marked not translatable or set aside with a reason."),
    "Y4": ("warning", "Every included study has a construct and feeds a third-order construct."),
    "Y5": ("note", "A third-order construct rests on at least as many studies as the configuration says."),
    "Y6": ("note", "No third-order construct rests on one group of studies alone."),
    "Y7": ("error", "Refutation was looked for in every group: a row, or a signed 'none found'."),
    "Y8": ("error", "Every construct has a passage with a locator, in its own study; stored texts hold the quotation."),
    "Y9": ("error", "Each step of the argument rests on something; each third-order construct is in a step."),
    "Y11": ("warning", "Groups, constructs and concepts agree on what belongs where."),
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
}
