/** Longest header value that is read or kept, in characters. Longer ones are cut, so that no header costs more. */
export const maxHeaderLength = 512;

/** The request headers a device is recognised by, as sent, but cut and cleaned; null where absent or empty. */
export interface ClientHeaders {
  /** `User-Agent` */
  readonly userAgent: string | null;
  /** `Sec-CH-UA` */
  readonly brands: string | null;
  /** `Sec-CH-UA-Full-Version-List` */
  readonly fullVersionList: string | null;
  /** `Sec-CH-UA-Platform` */
  readonly platform: string | null;
  /** `Sec-CH-UA-Platform-Version` */
  readonly platformVersion: string | null;
  /** `Sec-CH-UA-Model` */
  readonly model: string | null;
  /** `Sec-CH-UA-Mobile` */
  readonly mobile: string | null;
  /** `Sec-CH-UA-Form-Factors` */
  readonly formFactors: string | null;
  /** `X-Requested-With`, in which an Android web view names the app around it. */
  readonly requestedWith: string | null;
}

/**
 * Value of the `Accept-CH` header for the sign-in page: the client hints that are not sent unasked (User-Agent
 * Client Hints, section 3). Browsers honour it in secure contexts, from the next request on.
 */
export const acceptCh = [
  'Sec-CH-UA-Full-Version-List',
  'Sec-CH-UA-Platform-Version',
  'Sec-CH-UA-Model',
  'Sec-CH-UA-Form-Factors',
].join(', ');

/** Reads the headers a device is recognised by. Every value is passed through {@link cleanHeader}. */
export function clientHeadersFrom(headers: Headers): ClientHeaders {
  return {
    userAgent: cleanHeader(headers.get('user-agent')),
    brands: cleanHeader(headers.get('sec-ch-ua')),
    fullVersionList: cleanHeader(headers.get('sec-ch-ua-full-version-list')),
    platform: cleanHeader(headers.get('sec-ch-ua-platform')),
    platformVersion: cleanHeader(headers.get('sec-ch-ua-platform-version')),
    model: cleanHeader(headers.get('sec-ch-ua-model')),
    mobile: cleanHeader(headers.get('sec-ch-ua-mobile')),
    formFactors: cleanHeader(headers.get('sec-ch-ua-form-factors')),
    requestedWith: cleanHeader(headers.get('x-requested-with')),
  };
}

/** Control, format (bidirectional marks, zero-width), line-separating, private and unpaired characters. */
const unprintable = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Co}\p{Cs}]/gu;

/** A header value cut to {@link maxHeaderLength}, without control and bidirectional characters; null if nothing is left. */
export function cleanHeader(value: string | null): string | null {
  if (value === null) return null;
  const cleaned = value.slice(0, maxHeaderLength).replace(unprintable, '').trim();
  return cleaned === '' ? null : cleaned;
}

/** The text of a structured header string: `"Windows"` gives `Windows`. Some clients leave the quotes out. */
export function unquote(value: string | null): string | null {
  if (value === null) return null;
  const text = value
    .replace(/^"|"$/g, '')
    .replace(/\\(["\\])/g, '$1')
    .trim();
  return text === '' ? null : text;
}

/**
 * The leading dotted number of a version, two parts at most and no empty tail: `127.0.6533.64` gives `127`,
 * `10_15_7` gives `10.15`. What follows is noise to an owner, and in browsers often frozen at zero.
 */
export function shortVersion(text: string | null): string | null {
  const match = /^[vV]?(\d{1,10})(?:[._](\d{1,6}))?/.exec(text ?? '');
  if (!match) return null;
  const [, major, minor] = match;
  return minor === undefined || Number(minor) === 0 ? (major ?? null) : `${major}.${minor}`;
}

/**
 * A name taken from a header as it stands, or null when it is not plain: ASCII letters, digits, space and `._+-`,
 * at most 32 characters, starting with a letter or digit and holding a letter. Nothing in it can be markup.
 */
export function plainName(text: string): string | null {
  const name = text.replaceAll('%20', ' ').trim();
  return /^[A-Za-z0-9][A-Za-z0-9 ._+-]{0,31}$/.test(name) && /[A-Za-z]/.test(name) ? name : null;
}
