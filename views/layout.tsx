/** The document around every page: navigation, the way back, banner, what was just done, the page itself. */
/** @jsxImportSource hono/jsx */
import { assets } from "./assets.ts";
import type { LayoutProps } from "./chrome.ts";
import type { Frame, SentForm } from "./frame.ts";
import type { Html } from "./html.ts";
import { Icon } from "./icon.tsx";
import { ProblemNote } from "./problem.tsx";
import { Dock, Foot, Side, Top } from "./shell.tsx";
import { Toast } from "./toast.tsx";

/** Extensions are named, so that nothing else can register; a failed refresh is the page's own business. */
const htmxConfig = JSON.stringify({ extensions: "hx-csp", includeIndicatorCSS: false });

const themes = { system: undefined, light: "certctl", dark: "certctl-dark" } as const;

export function Layout(props: LayoutProps): Html {
  const { frame, title, theme } = props;
  const scripts = [assets.htmx, assets.hxCsp, assets.client];
  return (
    <html lang="en" data-theme={themes[theme]}>
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <meta name="htmx-config" content={htmxConfig} />
        <title>{`${title} · certctl`}</title>
        <link rel="icon" href={assets.icon.path} type="image/svg+xml" />
        <link
          rel="preload"
          href={assets.inter.path}
          as="font"
          type="font/woff2"
          crossorigin="anonymous"
        />
        <link rel="stylesheet" href={assets.style.path} />
        {scripts.map((it) => (
          <script
            src={it.path}
            nonce={frame.nonce}
            defer
            data-more={it === assets.client ? assets.more.path : undefined}
          ></script>
        ))}
      </head>
      <body>
        <a class="skip" href="#main">
          Skip to the content
        </a>
        {props.user === undefined && !props.open ? <Plain {...props} /> : <App {...props} />}
        <dialog id="over" class="modal"></dialog>
        <div id="toasts" class="toasts" role="status">
          {props.done ? <Toast frame={frame} of={props.done} /> : null}
        </div>
      </body>
    </html>
  );
}

function App(props: LayoutProps): Html {
  return (
    <div class="app">
      <Side {...props} />
      <div class="page">
        {props.open ? <OpenBanner /> : null}
        <Top {...props} />
        <main id="main" tabindex={-1}>
          <Sent frame={props.frame} />
          {props.children}
        </main>
        <Foot {...props} />
      </div>
      <Dock {...props} />
    </div>
  );
}

/** Nobody is signed in: there is nowhere to go. */
function Plain(props: LayoutProps): Html {
  return (
    <div class="auth">
      <main
        id="main"
        tabindex={-1}
        class={props.frame.here.startsWith("/setup") ? "wide" : undefined}
      >
        <Sent frame={props.frame} />
        {props.children}
      </main>
      <p class="sub">
        {`certctl ${props.version} · `}
        <a class="a" href="/docs">
          Manual
        </a>
      </p>
    </div>
  );
}

function OpenBanner(): Html {
  return (
    <p class="banner" role="note">
      <Icon name="triangle-alert" />
      <span>
        Anybody who reaches this address is administrator: authentication is switched off
        (CERTCTL_AUTH_TYPE=none).
      </span>
    </p>
  );
}

/** What a form said that came back. */
function Sent({ frame }: { readonly frame: Frame }): Html {
  const { sent } = frame;
  return (
    <>
      {sent?.note ? (
        <div class="note warn mb-4" role="status">
          <Icon name="info" />
          <p>{sent.note}</p>
        </div>
      ) : null}
      {sent?.problem && !isExplained(sent) ? (
        <ProblemNote problem={sent.problem} sent={sent} />
      ) : null}
    </>
  );
}

/** The form itself says what somebody else changed, and what there is to choose. */
const isExplained = ({ problem, base }: SentForm): boolean =>
  problem?.status === 412 && base !== undefined;
