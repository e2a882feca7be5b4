/** The first administrator, with the code that the server printed. */
/** @jsxImportSource hono/jsx */
import { accessApi } from "#features/access/api.ts";
import { OperationForm } from "../form.tsx";
import type { Frame } from "../frame.ts";
import type { Html } from "../html.ts";
import { Secret } from "../secret.tsx";

export function SetupPage({ frame }: { readonly frame: Frame }): Html {
  return (
    <>
      <h1>Set up certctl</h1>
      <p>
        This installation has no administrator yet. The server printed a setup code when it started:
        it shows that you have access to the machine, and works once.
      </p>
      <OperationForm of={accessApi.setup} frame={frame} submit="Make the administrator" />
    </>
  );
}

export function FirstKeyPage({ apiKey }: { readonly apiKey: string }): Html {
  return (
    <>
      <h1>Your API key</h1>
      <p>It has the role admin. It is shown this once; only a hash of it is kept.</p>
      <Secret value={apiKey} label="API key" />
      <p>
        <a href="/">Go on to the overview</a>
      </p>
    </>
  );
}
