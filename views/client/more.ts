/** What a first visit does not need: loaded once, when somebody asks for it. */
import { startPalette } from "./palette.ts";

export { openPalette } from "./palette.ts";
export { offer } from "./search.ts";

startPalette();
