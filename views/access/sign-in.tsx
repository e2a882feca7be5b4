/** Signing in. The name is kept when the password was wrong; a form that met an ended session travels along. */
/** @jsxImportSource hono/jsx */
import { accessApi } from "#features/access/api.ts";
import { Hidden } from "../form.tsx";
import type { Frame } from "../frame.ts";
import type { Html } from "../html.ts";
import { Brand } from "../shell.tsx";

export interface SignInProps {
  readonly frame: Frame;
  /** Where to go afterwards. */
  readonly next: string;
  /** The form that waits, as text. */
  readonly carry: string | undefined;
}

/** Written by hand: password managers want a name and a password with their own autocomplete words. */
export function SignInPage({ frame, next, carry }: SignInProps): Html {
  const name = frame.sent?.values["name"]?.[0] ?? "";
  return (
    <>
      <div class="justify-self-center">
        <Brand />
      </div>
      <h1 class="text-center">Sign in</h1>
      <form method="post" action={`/ui/${accessApi.signIn.name}`} class="form">
        <Hidden name="_csrf" value={frame.csrf} />
        <Hidden name="_from" value={frame.here} />
        <Hidden name="_next" value={next} />
        {carry === undefined ? null : <Hidden name="_carry" value={carry} />}
        <div class="f">
          <label for="name">Name</label>
          <input
            class="input"
            id="name"
            name="name"
            value={name}
            autocomplete="username"
            required
            maxlength={100}
          />
        </div>
        <div class="f">
          <label for="password">Password</label>
          <input
            class="input"
            id="password"
            name="password"
            type="password"
            autocomplete="current-password"
            required
            maxlength={1_024}
          />
        </div>
        <button type="submit" class="btn btn-primary">
          Sign in
        </button>
      </form>
    </>
  );
}
