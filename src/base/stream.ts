/** An answer that is bytes: written piece by piece, so that a million rows need no memory. */
import { z } from "zod";

export interface ByteStream {
  readonly mediaType: string;
  readonly filename: string;
  /** Pieces of text; pulled, so that a slow client slows the reading down. */
  readonly pieces: AsyncIterable<string>;
}

/** The output schema of a streaming contract: not JSON. */
export const ByteStream = z.custom<ByteStream>().meta({ title: "Bytes" });
