/** The document around every page: header, what the reader may go to, banner, the page itself. */
/** @jsxImportSource hono/jsx */

import { accessApi } from "#features/access/api.ts";
import { OperationForm } from "./form.tsx";
import type { Frame } from "./frame.ts";
import type { Children, Html } from "./html.ts";
import { ProblemNote } from "./problem.tsx";

export interface Assets {
  readonly style: string;
  readonly htmx: string;
  readonly htmxCsp: string;
}

export interface NavEntry {
  readonly path: string;
  readonly label: string;
}

export interface LayoutProps {
  readonly frame: Frame;
  readonly title: string;
  readonly assets: Assets;
  readonly nav: readonly NavEntry[];
  /** The entry of `nav` this page belongs to. */
  readonly section?: string | undefined;
  /** Who is signed in. */
  readonly user: string | undefined;
  /** Authentication is switched off. */
  readonly open: boolean;
  /** What was just done. */
  readonly done?: string | undefined;
  readonly children?: Children;
}

/** Extensions are named, so that nothing else can register; error answers of boosted lists are shown. */
const htmxConfig = JSON.stringify({ extensions: "hx-csp", includeIndicatorCSS: false });

export function Layout(props: LayoutProps): Html {
  const { frame, title, assets } = props;
  return (
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <meta name="htmx-config" content={htmxConfig} />
        <title>{`${title} – certctl`}</title>
        <link rel="icon" href="data:," />
        <link rel="stylesheet" href={assets.style} />
        <script src={assets.htmx} nonce={frame.nonce} defer></script>
        <script src={assets.htmxCsp} nonce={frame.nonce} defer></script>
      </head>
      <body>
        <a class="skip" href="#main">
          Skip to the content
        </a>
        {props.open ? <OpenBanner /> : null}
        <Header {...props} />
        <main id="main">
          <Sent frame={frame} done={props.done} />
          {props.children}
        </main>
      </body>
    </html>
  );
}

function OpenBanner(): Html {
  return (
    <p class="banner" role="note">
      Anybody who reaches this address is administrator: authentication is switched off
      (CERTCTL_AUTH_TYPE=none).
    </p>
  );
}

function Header({ frame, nav, section, user, open }: LayoutProps): Html {
  return (
    <header>
      <a class="brand" href="/">
        certctl
      </a>
      {nav.length > 0 ? (
        <nav aria-label="Pages">
          <ul>
            {nav.map((it) => (
              <li>
                <a href={it.path} aria-current={it.path === section ? "page" : undefined}>
                  {it.label}
                </a>
              </li>
            ))}
          </ul>
        </nav>
      ) : null}
      {user !== undefined && !open ? (
        <div class="who">
          <span>{user}</span>
          <OperationForm of={accessApi.signOut} frame={frame} submit="Sign out" />
        </div>
      ) : null}
    </header>
  );
}

function Sent({ frame, done }: { readonly frame: Frame; readonly done: string | undefined }): Html {
  const { sent } = frame;
  return (
    <>
      {done ? (
        <p class="note good" role="status">
          {done}
        </p>
      ) : null}
      {sent?.note ? (
        <p class="note warning" role="status">
          {sent.note}
        </p>
      ) : null}
      {sent?.problem ? <ProblemNote problem={sent.problem} /> : null}
    </>
  );
}
