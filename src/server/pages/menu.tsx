/** `/menu`: the whole navigation as a page, for phones. */
/** @jsxImportSource hono/jsx */
import { MenuPage } from "#views/menu.tsx";
import type { Page } from "./page.ts";

export const menuPages: readonly Page[] = [
  {
    path: "/menu",
    load: async ({ nav }) => ({ title: "Menu", body: <MenuPage nav={nav} /> }),
  },
];
