/** The files of a key version, each written so that a crash leaves the old one, the new one or none. */
import { dirname, join } from "node:path";
import { z } from "zod";
import { type Files, replaceFile } from "./files.ts";

/** Whose key it is: a version of a certificate. */
export interface KeyOwner {
  readonly certificateId: string;
  readonly versionId: string;
}

const fileNames = {
  key: "key.pem",
  request: "csr.pem",
  certificate: "cert.pem",
  chain: "chain.pem",
  state: "state.json",
} as const;

/** When the key was made, when its certificate was last seen, when that ends. */
export const State = z.object({
  created: z.int(),
  seen: z.int().optional(),
  notAfter: z.int().optional(),
});
export type State = z.infer<typeof State>;

export interface KeyFiles {
  read(owner: KeyOwner, name: keyof typeof fileNames): string | undefined;
  write(owner: KeyOwner, name: keyof typeof fileNames, content: string): void;
  readState(owner: KeyOwner): State | undefined;
  writeState(owner: KeyOwner, state: State): void;
  remove(owner: KeyOwner): void;
}

export function openKeyFiles(files: Files, pathOf: (owner: KeyOwner) => string): KeyFiles {
  const read: KeyFiles["read"] = (owner, name) => {
    const content = files.read(join(pathOf(owner), fileNames[name]));
    return content === undefined ? undefined : Buffer.from(content).toString();
  };
  const write: KeyFiles["write"] = (owner, name, content) => {
    const path = join(pathOf(owner), fileNames[name]);
    replaceFile(files, { path, temporary: `${path}.tmp`, content });
  };
  return {
    read,
    write,
    readState(owner) {
      const text = read(owner, "state");
      return text === undefined ? undefined : State.parse(JSON.parse(text));
    },
    writeState: (owner, state) => write(owner, "state", JSON.stringify(state)),
    remove(owner) {
      const path = pathOf(owner);
      // Under a name that is no id, so that half a removal is not half a version.
      const doomed = join(dirname(path), `.${owner.versionId}`);
      files.remove(doomed);
      files.rename(path, doomed);
      files.sync(dirname(path));
      files.remove(doomed);
    },
  };
}
