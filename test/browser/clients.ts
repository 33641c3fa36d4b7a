/** What a client says it is, in its headers. */
export interface ClientHeaders {
  readonly userAgent: string;
  /** What the owner reads on the list. */
  readonly name: string;
  readonly hints: Readonly<Record<string, string>>;
}

/** Browsers that send no client hints; Chromium would send its own, so they are emptied. */
const noHints = { 'sec-ch-ua': '', 'sec-ch-ua-platform': '', 'sec-ch-ua-mobile': '' };

export const chromeOnWindows: ClientHeaders = {
  userAgent:
    'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36',
  name: 'Chrome on Windows',
  hints: {
    'sec-ch-ua': '"Google Chrome";v="141", "Not?A_Brand";v="8", "Chromium";v="141"',
    'sec-ch-ua-platform': '"Windows"',
    'sec-ch-ua-mobile': '?0',
  },
};

export const firefoxOnLinux: ClientHeaders = {
  userAgent: 'Mozilla/5.0 (X11; Linux x86_64; rv:143.0) Gecko/20100101 Firefox/143.0',
  name: 'Firefox on Linux',
  hints: noHints,
};

export const safariOnIphone: ClientHeaders = {
  userAgent:
    'Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.6 Mobile/15E148 Safari/604.1',
  name: 'Safari on iPhone',
  hints: noHints,
};

export const edgeOnWindows: ClientHeaders = {
  userAgent:
    'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36 Edg/141.0.0.0',
  name: 'Edge on Windows',
  hints: {
    'sec-ch-ua': '"Microsoft Edge";v="141", "Not?A_Brand";v="8", "Chromium";v="141"',
    'sec-ch-ua-platform': '"Windows"',
    'sec-ch-ua-mobile': '?0',
  },
};

export const curl: ClientHeaders = {
  userAgent: 'curl/8.16.0',
  name: 'curl, command line',
  hints: {},
};
