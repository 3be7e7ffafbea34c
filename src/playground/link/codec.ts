/**
 * The one codec for links: `FORMAT.TEXT`, where TEXT is base64url of a CRC-32 and of the raw-deflated canonical JSON.
 *
 * The checksum stands over the deflated bytes: deflate itself has none, and a link with one letter changed by a mail
 * client would otherwise inflate to a slightly different program.
 */
import { crc32, fromBase64Url, toBase64Url } from './bytes.ts';
import { canonical, type Plain } from './canonical.ts';
import { deflate, InflateError, inflate } from './deflate.ts';
import { check, SchemaError } from './schema.ts';
import { LIMITS, type LinkState } from './state.ts';

/** The format this code writes. It changes only when older code could not read what newer code writes. */
export const FORMAT = 1;

/** Why a link was refused. */
export type LinkFault = 'too-long' | 'newer' | 'damaged' | 'too-big' | 'not-ours' | 'unknown-kind' | 'field';

/** Thrown by {@link encodeLink} alone; the message is fit for a reader. */
export class LinkError extends Error {
  readonly why: LinkFault;

  constructor(why: LinkFault, message: string) {
    super(message);
    this.name = 'LinkError';
    this.why = why;
  }
}

export type Decoded =
  | {
      readonly ok: true;
      readonly state: LinkState /** Version of the model the link was made with. */;
      readonly model: string;
    }
  | {
      readonly ok: false;
      readonly why: LinkFault /** A sentence for the reader. */;
      readonly message: string;
    };

/**
 * Writes a state as text for an address.
 *
 * @param model version of the model, see `MODEL_VERSION`.
 * @throws LinkError where the state breaks a limit or a form; the message says which.
 */
export async function encodeLink(state: LinkState, model: string): Promise<string> {
  let text: string;
  try {
    const payload = check({ ...state, model });
    text = canonical(plain(payload.state, payload.model));
  } catch (error) {
    if (error instanceof SchemaError || error instanceof TypeError) {
      throw new LinkError('field', `This cannot be put in a link: it ${error.message}.`);
    }
    throw error;
  }
  const json = new TextEncoder().encode(text);
  if (json.length > LIMITS.inflated) throw new LinkError('too-big', tooBig());
  const packed = await deflate(json);
  const bytes = new Uint8Array(packed.length + 4);
  new DataView(bytes.buffer).setUint32(0, crc32(packed));
  bytes.set(packed, 4);
  const link = `${FORMAT}.${toBase64Url(bytes)}`;
  if (link.length > LIMITS.encoded) {
    throw new LinkError(
      'too-long',
      `This is too much for a link: ${link.length} characters, where ${LIMITS.encoded} is the limit.`,
    );
  }
  return link;
}

/**
 * Reads what {@link encodeLink} wrote. Never throws, never trusts: whatever the text is, the answer is a checked state
 * or a reason.
 */
export async function decodeLink(link: string): Promise<Decoded> {
  if (link.length > LIMITS.encoded) {
    return refuse(
      'too-long',
      `The link is too long: ${link.length} characters, where ${LIMITS.encoded} is the limit.`,
    );
  }
  const parts = /^([1-9][0-9]{0,5})\.(.*)$/.exec(link);
  if (!parts) return damaged();
  if (Number(parts[1]) > FORMAT) {
    return refuse(
      'newer',
      'The link was made by a newer version of this site. Reload the page, or open the link where it was made.',
    );
  }
  const bytes = fromBase64Url(parts[2]);
  if (!bytes || bytes.length < 5) return damaged();
  const packed = bytes.slice(4);
  if (new DataView(bytes.buffer).getUint32(0) !== crc32(packed)) return damaged();
  try {
    const json = await inflate(packed, LIMITS.inflated);
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(json);
    const payload = check(JSON.parse(text));
    if (canonical(plain(payload.state, payload.model)) !== text) {
      return refuse('not-ours', 'The link is not in the form in which this site writes links.');
    }
    return { ok: true, ...payload };
  } catch (error) {
    if (error instanceof InflateError && error.why === 'too-big') return refuse('too-big', tooBig());
    if (error instanceof SchemaError) {
      return refuse(error.unknownKind ? 'unknown-kind' : 'field', `The link ${error.message}.`);
    }
    // What is left comes from the decoder of UTF-8, from JSON.parse or from inflating: the text is not a payload.
    return damaged();
  }
}

function plain(state: LinkState, model: string): Plain {
  return { ...state, model } as Plain;
}

function refuse(why: LinkFault, message: string): Decoded {
  return { ok: false, why, message };
}

function damaged(): Decoded {
  return refuse('damaged', 'The link is damaged: part of it is missing or was changed on the way.');
}

function tooBig(): string {
  return `The link holds too much: more than ${LIMITS.inflated} bytes.`;
}
