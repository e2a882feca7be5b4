/** What the pages do with a script beside htmx. Every page works without it. */
document.documentElement.dataset["script"] = "on";
