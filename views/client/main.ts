/** What the pages do with a script beside htmx. Every page works without it. */
import { startCopying } from "./copy.ts";
import { startForms } from "./forms.ts";
import { startKeys } from "./keys.ts";
import { startLater } from "./later.ts";
import { startLive } from "./live.ts";
import { startOver } from "./over.ts";
import { startRows } from "./rows.ts";
import { startTheme } from "./theme.ts";
import { startToasts } from "./toast.ts";

document.documentElement.dataset["script"] = "on";
startToasts();
startOver();
startLater();
startKeys();
startRows();
startCopying();
startTheme();
startForms();
startLive();
