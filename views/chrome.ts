/** What stands around a page: the ways through the product, the way back, who looks at it and how. */

import type { Frame } from "./frame.ts";
import type { Children } from "./html.ts";
import type { IconName } from "./icons.ts";
import type { DoneView } from "./toast.tsx";

export interface NavEntry {
  readonly path: string;
  readonly label: string;
  readonly icon: IconName;
  /** After `g`. */
  readonly key?: string;
  /** Stands in the dock of a phone. */
  readonly dock?: boolean;
}

export interface NavGroup {
  readonly title: string | undefined;
  readonly entries: readonly NavEntry[];
}

export type Theme = "system" | "light" | "dark";

export interface Crumb {
  readonly label: string;
  readonly path: string;
}

export interface LayoutProps {
  readonly frame: Frame;
  readonly title: string;
  readonly nav: readonly NavGroup[];
  /** The entry of `nav` this page belongs to. */
  readonly section?: string | undefined;
  /** What stands between that entry and this page. */
  readonly crumbs?: readonly Crumb[] | undefined;
  /** Who is signed in. */
  readonly user: string | undefined;
  /** Authentication is switched off. */
  readonly open: boolean;
  readonly theme: Theme;
  readonly version: string;
  /** What was just done. */
  readonly done?: DoneView | undefined;
  readonly children?: Children;
}
