/** `/theme`: light, dark or as the system. The choice is a cookie of this browser and no secret. */

import type { App } from "../shell.ts";
import { localPath } from "./page.ts";
import { themeCookie } from "./site.ts";

const year = 31_536_000;

/** A link, so that it works without a script; all it changes is how pages look here. */
export function mountTheme(app: App): void {
  app.get("/theme", (c) => {
    const set = c.req.query("set");
    const isChosen = set === "light" || set === "dark";
    const attributes = `Path=/; Secure; SameSite=Lax; Max-Age=${isChosen ? year : 0}`;
    return new Response(null, {
      status: 303,
      headers: {
        location: localPath(c.req.query("from")) ?? "/",
        "set-cookie": `${themeCookie}=${isChosen ? set : ""}; ${attributes}`,
      },
    });
  });
}
