import { type ClientHeaders, plainName, unquote } from './headers.ts';
import type { System } from './systems.ts';
import type { UserAgent } from './user-agent.ts';

/** What kind of thing the client runs on. */
export type FormFactor = 'desktop' | 'phone' | 'tablet' | 'tv' | 'bot' | 'unknown';

/** Who made the device and which model it is, where the client says. */
export interface Hardware {
  readonly vendor: string | null;
  readonly model: string | null;
}

/** What model codes look like, and whose they are. The first that fits wins. */
const makers: readonly (readonly [pattern: RegExp, vendor: string])[] = [
  [/^(SM|SGH|GT|SCH|SPH|SHV|SHW|SC|SCG|SCV|SEC)-?[A-Z0-9]|^samsung|^galaxy/i, 'Samsung'],
  [/^(pixel|nexus (?:one|s\b)|chromecast|google)/i, 'Google'],
  [/^(moto|motorola|xt\d{3,4}|mot-|droid ?\w*$|milestone)/i, 'Motorola'],
  [
    /^(redmi|poco|xiaomi|mi(?!xx)[ -]|mix |mibox|mitv|hm[ _]|m\d{4}[a-z]\d|2[0-9]{3,7}[a-z0-9]{2,7}[a-z]$|black ?shark|shark )/i,
    'Xiaomi',
  ],
  [
    /^(oneplus|le2\d{3}|kb2\d{3}|in20\d\d|hd19\d\d|gm19\d\d|ne22\d\d|ac2\d{3}|be2\d{3}|de2\d{3}|dn2\d{3}|a\d{4}$|cph2(?:399|449|551|581|409))/i,
    'OnePlus',
  ],
  [/^rmx\d{4}|^realme/i, 'realme'],
  [/^(cph\d{4}|oppo|p[a-h][a-z][mt]\d0|opd\d{4})/i, 'OPPO'],
  [/^(vivo|v\d{4}[a-z]*$|i\d{4}$)/i, 'vivo'],
  [
    /^honor|^(?:any|ali|rea|cma|rmo|fne|ntn|ptp|pgt|maa|lge|crt|wod|mag|rod|ell|bvl|ger)-(?:nx|an|lx|w)\d/i,
    'Honor',
  ],
  [
    /^huawei|^(?:[a-z]{3,4}\d?)-(?:[lawtn]|al|lx|tl|nx|an|bx|w)\d{2}[a-z]{0,4}$|^mediapad|^nexus 6p/i,
    'Huawei',
  ],
  [/^(lg|lm-|lgl|lgms|nexus (?:4|5x?)$|vs\d{3})/i, 'LG'],
  [/^(sony|so-\d\d|sov\d\d|xq-|[defghi]\d{4}$|xperia|bravia|c\d{4}$|lt\d\d|st\d\d[ai]$)/i, 'Sony'],
  [/^(asus|zenfone|zb\d|ze\d|zs\d|zc\d|zd\d|p0\d\w|transformer|me\d{3}|nexus 7|k01\w|rog)/i, 'Asus'],
  [/^(lenovo|tb-?\w|yoga|yt-|l\d{5}|ideatab|ideapad)/i, 'Lenovo'],
  [/^(nokia|ta-\d{4}|hmd|lumia|nokia\w+)/i, 'Nokia'],
  [/^(htc|desire|nexus 9|one m\d|0p\w\w\d|2p\w\w\d)/i, 'HTC'],
  [/^(zte|blade|axon|nx\d{3}|nubia)/i, 'ZTE'],
  [/^(tcl|t\d{3}[a-z]\d?$)/i, 'TCL'],
  [/^(alcatel|one ?touch|\d{4}[adxgwhjkt]$)/i, 'Alcatel'],
  [/^tecno/i, 'TECNO'],
  [/^infinix/i, 'Infinix'],
  [/^itel/i, 'itel'],
  [/^(aft|kf)[a-z0-9]{1,7}$|^amazon|^kindle|^sd4930/i, 'Amazon'],
  [/^(shield|tegra)/i, 'NVIDIA'],
  [/^quest/i, 'Meta'],
  [/^acer|^iconia|^[ab]\d-\d{3}|^a\d{3}$/i, 'Acer'],
  [/^meizu|^m\d note/i, 'Meizu'],
  [/^wiko/i, 'Wiko'],
  [/^cubot/i, 'Cubot'],
  [/^doogee/i, 'Doogee'],
  [/^blackview|^bv\d{4}/i, 'Blackview'],
  [/^ulefone|^armor|^power armor/i, 'Ulefone'],
  [/^oukitel/i, 'Oukitel'],
  [/^fairphone|^fp\d$/i, 'Fairphone'],
  [/^sharp|^sh-\w\d\d|^shv\d\d|^aquos/i, 'Sharp'],
  [/^kyocera|^kyv\d\d/i, 'Kyocera'],
  [/^micromax/i, 'Micromax'],
  [/^lava/i, 'Lava'],
  [/^blu\b/i, 'BLU'],
  [/^hisense|^hitv/i, 'Hisense'],
  [/^dell|^venue/i, 'Dell'],
  [/^(hp |slate)/i, 'HP'],
  [/^teclast|^tpad/i, 'Teclast'],
  [/^alldocube|^iplay/i, 'Alldocube'],
  [/^chuwi|^hipad/i, 'Chuwi'],
  [/^prestigio|^p[ms]p\d{4}|^pmt\d{4}/i, 'Prestigio'],
  [/^archos/i, 'Archos'],
  [/^cat\b|^s\d{2}c?$|^bullitt/i, 'Cat'],
  [/^nothing|^a0\d\d$|^ain\d+/i, 'Nothing'],
];

/** Codes of devices that many people hold, and the names on their boxes. */
const shopNames: readonly (readonly [code: string, name: string])[] = [
  ['SM-S948', 'Galaxy S26 Ultra'],
  ['SM-S938', 'Galaxy S25 Ultra'],
  ['SM-S937', 'Galaxy S25 Edge'],
  ['SM-S936', 'Galaxy S25+'],
  ['SM-S931', 'Galaxy S25'],
  ['SM-S928', 'Galaxy S24 Ultra'],
  ['SM-S926', 'Galaxy S24+'],
  ['SM-S921', 'Galaxy S24'],
  ['SM-S721', 'Galaxy S24 FE'],
  ['SM-S918', 'Galaxy S23 Ultra'],
  ['SM-S916', 'Galaxy S23+'],
  ['SM-S911', 'Galaxy S23'],
  ['SM-S711', 'Galaxy S23 FE'],
  ['SM-S908', 'Galaxy S22 Ultra'],
  ['SM-S906', 'Galaxy S22+'],
  ['SM-S901', 'Galaxy S22'],
  ['SM-G998', 'Galaxy S21 Ultra'],
  ['SM-G996', 'Galaxy S21+'],
  ['SM-G991', 'Galaxy S21'],
  ['SM-G990', 'Galaxy S21 FE'],
  ['SM-G988', 'Galaxy S20 Ultra'],
  ['SM-G781', 'Galaxy S20 FE'],
  ['SM-G780', 'Galaxy S20 FE'],
  ['SM-G975', 'Galaxy S10+'],
  ['SM-G973', 'Galaxy S10'],
  ['SM-G970', 'Galaxy S10e'],
  ['SM-G965', 'Galaxy S9+'],
  ['SM-G960', 'Galaxy S9'],
  ['SM-G950', 'Galaxy S8'],
  ['SM-N986', 'Galaxy Note 20 Ultra'],
  ['SM-N975', 'Galaxy Note 10+'],
  ['SM-F966', 'Galaxy Z Fold7'],
  ['SM-F956', 'Galaxy Z Fold6'],
  ['SM-F946', 'Galaxy Z Fold5'],
  ['SM-F766', 'Galaxy Z Flip7'],
  ['SM-F741', 'Galaxy Z Flip6'],
  ['SM-F731', 'Galaxy Z Flip5'],
  ['SM-A566', 'Galaxy A56'],
  ['SM-A556', 'Galaxy A55'],
  ['SM-A546', 'Galaxy A54'],
  ['SM-A536', 'Galaxy A53'],
  ['SM-A366', 'Galaxy A36'],
  ['SM-A356', 'Galaxy A35'],
  ['SM-A346', 'Galaxy A34'],
  ['SM-A336', 'Galaxy A33'],
  ['SM-A266', 'Galaxy A26'],
  ['SM-A256', 'Galaxy A25'],
  ['SM-A166', 'Galaxy A16'],
  ['SM-A165', 'Galaxy A16'],
  ['SM-A156', 'Galaxy A15'],
  ['SM-A155', 'Galaxy A15'],
  ['SM-A145', 'Galaxy A14'],
  ['SM-A136', 'Galaxy A13'],
  ['SM-A135', 'Galaxy A13'],
  ['SM-A125', 'Galaxy A12'],
  ['SM-X716', 'Galaxy Tab S9'],
  ['SM-X710', 'Galaxy Tab S9'],
  ['SM-X210', 'Galaxy Tab A9+'],
  ['SM-X200', 'Galaxy Tab A8'],
];

/** Every maker that can be shown. */
export const vendorNames: readonly string[] = [
  ...new Set(['Apple', 'Nintendo', 'Microsoft', 'BlackBerry', ...makers.map(([, vendor]) => vendor)]),
];

/** Maker and model: from the hint, else from the Android part of the user agent, else from the system itself. */
export function hardwareOf(headers: ClientHeaders, agent: UserAgent, system: System | null): Hardware {
  if (system !== null && /^(macOS|iOS|iPadOS|tvOS|watchOS)/.test(system.name)) return appleHardware(system);
  const code = modelCode(headers, agent);
  if (code !== null) {
    const vendor = makers.find(([pattern]) => pattern.test(code))?.[1] ?? null;
    const name = shopNames.find(([prefix]) => code.startsWith(prefix))?.[1] ?? code;
    return { vendor, model: plainName(withoutMaker(name, vendor)) };
  }
  return consoleHardware(system?.name ?? '');
}

function appleHardware(system: System): Hardware {
  const isOneModel = ['iPhone', 'iPad', 'iPod', 'Apple TV', 'Apple Watch', 'Mac'].includes(system.shown);
  return { vendor: 'Apple', model: isOneModel ? system.shown : null };
}

function consoleHardware(system: string): Hardware {
  if (system.startsWith('PlayStation')) return { vendor: 'Sony', model: system };
  if (system.startsWith('Nintendo'))
    return { vendor: 'Nintendo', model: system === 'Nintendo' ? null : 'Switch' };
  if (system === 'Xbox') return { vendor: 'Microsoft', model: 'Xbox' };
  if (system.startsWith('BlackBerry')) return { vendor: 'BlackBerry', model: null };
  return { vendor: null, model: null };
}

function withoutMaker(name: string, vendor: string | null): string {
  const isLed = vendor !== null && name.toLowerCase().startsWith(`${vendor.toLowerCase()} `);
  return isLed && vendor !== 'Nothing' ? name.slice(vendor.length + 1) : name;
}

/** What stands beside `Android` in the first comment and is no model. */
const notModels =
  /^(u|k|wv|mobile|tablet|linux.*|arm.*|x86.*|rv:.*|android.*|[a-z]{2}([-_][a-z]{2,4})?|compatible|microsoft|unknown|tv|smart-?tv)$/i;

function modelCode(headers: ClientHeaders, agent: UserAgent): string | null {
  const hinted = unquote(headers.model);
  if (hinted !== null && !/^k$/i.test(hinted)) return hinted.slice(0, 32);
  const at = agent.comments.findIndex((part) => /^android/i.test(part));
  if (at < 0) return null;
  const parts = agent.comments
    .slice(at + 1, at + 5)
    .map((part) => part.replace(/ ?(?:Build|MIUI)\/.*$/, '').trim());
  const code = parts.find((part) => part !== '' && !notModels.test(part) && !/[=/<>]/.test(part));
  return code?.slice(0, 32).trim() ?? null;
}

const television =
  /smart[-_ ]?tv|hbbtv|\btv\b|web0s|webos\.tv|netcast|\baft[a-z0-9]{1,6}\b|bravia|android ?tv|google ?tv|crkey|apple ?tv|tvos|\broku|vidaa|viera|\bnettv|\bdtv|netrange|ce-html|\bomi\/|mi ?box|mitv|chromecast|\bstb\b|set-?top|tv ?box|iptv|\bott\b|tivo|titanos|opera tv|philips ?tv|\bxgimi|[a-z]tv\d|\btv[a-z]?-|\bbox[ )-]|smart ?box|inettv|espial|maple|[-_ ]tv\b|\bstv[-_]|(?<!x)box(?!er)|smart4k|\bx96|\bhk1\b/i;
const tablet =
  /^SM-[TXP]\d|\btab\b|tablet|\bi?pad\b|mediapad|matepad|^GT-[PN](?:[1-8]\d)|^KF[A-Z]{2,6}$|^nexus (?:7|9|10)|^TB-?\w|^yt-|^lenovo (?:tb|yt)|pixel (?:c|tablet)|^xoom|^transformer|\btab|^iplay|^OPD\d|[a-z]pad\b|pad\d|^pmt\d|slate|iconia/i;
const phone =
  /^SM-[AGSNFEMJCZ]\d|^pixel (?!c|tablet)\d|^cph\d|^rmx\d|^redmi (?!pad)|^poco (?!pad)|^moto [egxz]/i;

/** The kind of thing the client runs on, by its hints first; "unknown" rather than a guess. */
export function formFactorOf(headers: ClientHeaders, agent: UserAgent, system: System | null): FormFactor {
  if (system === null) return 'unknown';
  if (isTelevision(agent, system)) return 'tv';
  const hinted = (headers.formFactors ?? '').toLowerCase();
  if (hinted.includes('tablet')) return 'tablet';
  if (/xr|watch|automotive/.test(hinted)) return 'unknown';
  if (
    /^(Windows|macOS|macOS or iPadOS|ChromeOS|FreeBSD|OpenBSD|NetBSD|Solaris|Haiku OS|BeOS|AmigaOS)$/.test(
      system.name,
    )
  ) {
    return /windows.*tablet pc.*mobile/.test(agent.lower) ? 'tablet' : 'desktop';
  }
  if (system.shown === 'iPad' || system.shown === 'Fire tablet') return 'tablet';
  if (['iPhone', 'iPod'].includes(system.shown)) return 'phone';
  if (system.shown === 'iPhone or iPad') return system.name === 'iPadOS' ? 'tablet' : 'phone';
  if (system.shown === 'Linux') return agent.lower.includes('mobile') ? 'phone' : 'desktop';
  if (['Android', 'HarmonyOS'].includes(system.shown)) return androidFormFactor(headers, agent);
  return otherFormFactor(agent, system);
}

function isTelevision(agent: UserAgent, system: System): boolean {
  if (/^(Fire TV|LG TV|Samsung TV|Apple TV|TV|Roku)$/.test(system.shown)) return true;
  return /^(Android|Linux|Tizen|webOS|HarmonyOS)$/.test(system.shown) && television.test(agent.text);
}

function androidFormFactor(headers: ClientHeaders, agent: UserAgent): FormFactor {
  const code = modelCode(headers, agent) ?? '';
  if (tablet.test(code)) return 'tablet';
  if (phone.test(code)) return 'phone';
  if (/mobile vr|\bwatch\b/.test(agent.lower)) return 'unknown';
  if (agent.lower.includes('/apad')) return 'tablet';
  if (headers.mobile === '?1') return 'phone';
  if (headers.mobile === '?0') return 'tablet';
  if (agent.lower.includes('2in1')) return 'desktop';
  if (/\btablet\b/.test(agent.lower)) return 'tablet';
  if (/mobile/.test(agent.lower) || /dalvik|okhttp|opera mini/.test(agent.lower)) return 'phone';
  return agent.lower.startsWith('mozilla/') ? 'tablet' : 'phone';
}

/** Systems of phones that are no longer made, and of phones with keys. */
const phoneSystems = new Set(
  [
    'Symbian',
    'Palm OS',
    'Brew',
    'Bada',
    'MeeGo',
    'BlackBerry',
    'BlackBerry Tablet OS',
    'KaiOS',
    'Sailfish',
  ].concat(['Windows Phone', 'Windows Mobile', 'Windows CE', 'webOS', 'Tizen']),
);

function otherFormFactor(agent: UserAgent, system: System): FormFactor {
  if (!phoneSystems.has(system.name)) return 'unknown';
  return /tablet|playbook|hpwos/.test(agent.lower) ? 'tablet' : 'phone';
}
