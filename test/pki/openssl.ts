/** OpenSSL as a judge and as a maker: runs it in a directory of its own, which is removed at the end. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { encodePem } from "#pki/pem.ts";

export interface OpenSsl {
  /** What it printed on both channels; throws when it does not end well. */
  run(...args: readonly string[]): string;
  /** Writes PEM blocks to a file of its directory and gives the file's name. */
  save(name: string, label: string, ...ders: readonly Uint8Array[]): string;
  write(name: string, text: string): string;
  read(name: string): Buffer;
  remove(): void;
}

export function openSsl(): OpenSsl {
  const folder = mkdtempSync(join(tmpdir(), "certctl-openssl-"));
  const write = (name: string, text: string) => {
    writeFileSync(join(folder, name), text);
    return name;
  };
  return {
    run(...args) {
      const { status, stdout, stderr, error } = spawnSync("openssl", args, {
        encoding: "utf8",
        cwd: folder,
      });
      if (error !== undefined)
        throw new Error("openssl is needed: apt-get install openssl", { cause: error });
      if (status !== 0) throw new Error(`openssl ${args.join(" ")}: ${stderr}${stdout}`);
      return stdout + stderr;
    },
    save: (name, label, ...ders) => write(name, ders.map((der) => encodePem(label, der)).join("")),
    write,
    read: (name) => readFileSync(join(folder, name)),
    remove: () => rmSync(folder, { recursive: true }),
  };
}
