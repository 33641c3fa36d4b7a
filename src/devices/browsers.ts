import type { Product } from './brands.ts';
import { shortVersion } from './headers.ts';
import { afterMarker, type UserAgent } from './user-agent.ts';

/**
 * Marker in the user agent and name of the browser. The first that is found wins, so browsers that carry another's
 * marker stand before it; the browsers at the foot are carried by nearly all.
 */
const markers: readonly (readonly [marker: string, name: string])[] = [
  ['omi/', 'Opera Devices'],
  ['tbrowser/', 'T-Browser'],
  ['edgw/', 'Edge'],
  ['edgios/', 'Edge'],
  ['edga/', 'Edge'],
  ['edg/', 'Edge'],
  ['edge/', 'Edge'],
  ['oprgx/', 'Opera GX'],
  ['opr/', 'Opera'],
  ['ucbrowser/', 'UC Browser'],
  ['ucweb/', 'UC Browser'],
  ['ubrowser/', 'UC Browser'],
  ['opios/', 'Opera Mini'],
  ['opera mini/', 'Opera Mini'],
  ['opt/', 'Opera Touch'],
  ['opx/', 'Opera GX'],
  ['vivaldi/', 'Vivaldi'],
  ['brave/', 'Brave'],
  ['oculusbrowser/', 'Meta Quest Browser'],
  ['yasearchbrowser/', 'Yandex Browser'],
  ['yabrowser/', 'Yandex Browser'],
  ['yowser/', 'Yandex Browser'],
  ['samsungbrowser/', 'Samsung Internet'],
  ['huaweibrowser/', 'Huawei Browser'],
  ['honorbrowser/', 'Honor Browser'],
  ['miuibrowser/', 'Mi Browser'],
  ['mint browser/', 'Mint Browser'],
  ['heytapbrowser/', 'HeyTap Browser'],
  ['oppobrowser/', 'OPPO Browser'],
  ['vivobrowser/', 'vivo Browser'],
  ['realmebrowser/', 'realme Browser'],
  ['quark/', 'Quark'],
  ['mqqbrowser/', 'QQ Browser'],
  ['qqbrowser/', 'QQ Browser'],
  ['qqbrowserlite/', 'QQ Browser'],
  ['sogoumobilebrowser/', 'Sogou Browser'],
  ['metasr', 'Sogou Browser'],
  ['baidubrowser/', 'Baidu Browser'],
  ['bidubrowser/', 'Baidu Browser'],
  ['baiduboxapp/', 'Baidu'],
  ['qihoobrowser/', '360 Browser'],
  ['360se', '360 Browser'],
  ['360ee', '360 Browser'],
  ['lbbrowser', 'LieBao'],
  ['2345explorer/', '2345 Browser'],
  ['maxthon/', 'Maxthon'],
  ['maxthon', 'Maxthon'],
  ['mxbrowser/', 'Maxthon'],
  ['puffin/', 'Puffin'],
  ['dolphin/', 'Dolphin'],
  ['silk/', 'Silk'],
  ['whale/', 'Whale'],
  ['coc_coc_browser/', 'Coc Coc'],
  ['duckduckgo/', 'DuckDuckGo'],
  ['ddg/', 'DuckDuckGo'],
  ['ecosia ios@', 'Ecosia'],
  ['ecosia android@', 'Ecosia'],
  ['alohabrowser/', 'Aloha Browser'],
  ['phoenix/', 'Phoenix Browser'],
  ['phx/', 'Phoenix Browser'],
  ['avastsecurebrowser/', 'Avast Secure Browser'],
  ['avast/', 'Avast Secure Browser'],
  ['avg/', 'AVG Secure Browser'],
  ['ccleaner/', 'CCleaner Browser'],
  ['norton/', 'Norton Private Browser'],
  ['avira/', 'Avira Secure Browser'],
  ['iron/', 'Iron'],
  ['iron ', 'Iron'],
  ['comodo_dragon/', 'Comodo Dragon'],
  ['icedragon/', 'Comodo IceDragon'],
  ['palemoon/', 'Pale Moon'],
  ['basilisk/', 'Basilisk'],
  ['waterfox/', 'Waterfox'],
  ['librewolf/', 'LibreWolf'],
  ['floorp/', 'Floorp'],
  ['seamonkey/', 'SeaMonkey'],
  ['iceweasel/', 'Iceweasel'],
  ['icecat/', 'IceCat'],
  ['k-meleon/', 'K-Meleon'],
  ['camino/', 'Camino'],
  ['galeon/', 'Galeon'],
  ['epiphany/', 'GNOME Web'],
  ['konqueror/', 'Konqueror'],
  ['falkon/', 'Falkon'],
  ['qupzilla/', 'QupZilla'],
  ['qutebrowser/', 'qutebrowser'],
  ['midori/', 'Midori'],
  ['otter/', 'Otter'],
  ['omniweb/', 'OmniWeb'],
  ['icab/', 'iCab'],
  ['orion/', 'Orion'],
  ['kode/', 'Kode'],
  ['netscape/', 'Netscape'],
  ['navigator/', 'Netscape'],
  ['phantomjs/', 'PhantomJS'],
  ['headlesschrome/', 'Headless Chrome'],
  ['sailfishbrowser/', 'Sailfish Browser'],
  ['lg browser/', 'LG Browser'],
  ['netcast', 'LG Browser'],
  ['nintendobrowser/', 'Nintendo Browser'],
  ['nokiabrowser/', 'Nokia Browser'],
  ['browserng/', 'Nokia Browser'],
  ['polaris/', 'Polaris'],
  ['netfront/', 'NetFront'],
  ['obigo', 'Obigo'],
  ['klar/', 'Firefox Focus'],
  ['focus/', 'Firefox Focus'],
  ['fxios/', 'Firefox'],
  ['crios/', 'Chrome'],
  ['crmo/', 'Chrome'],
  ['iemobile/', 'Internet Explorer'],
  ['iemobile ', 'Internet Explorer'],
  ['opera/', 'Opera'],
  ['opera ', 'Opera'],
  ['msie ', 'Internet Explorer'],
  ['trident/', 'Internet Explorer'],
];

/** The engines' own browsers: markers that nearly every other browser carries too. */
const commonMarkers: readonly (readonly [marker: string, name: string])[] = [
  ['firefox/', 'Firefox'],
  ['firefox ', 'Firefox'],
  ['minefield/', 'Firefox'],
  ['chromium/', 'Chromium'],
  ['chrome/', 'Chrome'],
  ['chr0me/', 'Chrome'],
];

/** Every name a browser can be given by its marker. */
export const browserNames: readonly string[] = [
  ...new Set([...markers, ...commonMarkers].map(([, name]) => name)),
  ...['Safari', 'Android Browser', 'Android WebView', 'BlackBerry Browser', 'webOS Browser'],
];

/** The browser that has a marker of its own in the user agent, or null: then {@link commonBrowser} is asked. */
export function markedBrowser(agent: UserAgent): Product | null {
  for (const [marker, name] of markers) {
    const rest = afterMarker(agent, marker);
    if (rest !== null) return { name, version: versionOf(agent, marker, rest) };
  }
  return null;
}

function versionOf(agent: UserAgent, marker: string, rest: string): string | null {
  if (marker === 'opera/' || marker === 'opera ') return shortVersion(afterMarker(agent, 'version/') ?? rest);
  if (marker === 'epiphany/' && /^\d{3}/.test(rest)) return shortVersion(afterMarker(agent, 'version/'));
  if (marker === 'trident/') return shortVersion(afterMarker(agent, 'rv:'));
  return shortVersion(rest);
}

/** The browser of the engine that the user agent names; null when it names none. */
export function commonBrowser(agent: UserAgent): Product | null {
  for (const [marker, name] of commonMarkers) {
    const rest = afterMarker(agent, marker);
    if (rest !== null) return { name, version: shortVersion(rest) };
  }
  const isWebKit = /applewebkit|safari\//.test(agent.lower);
  const version = shortVersion(afterMarker(agent, 'version/'));
  if (agent.lower.includes('android') && isWebKit) return { name: 'Android Browser', version: null };
  if (agent.lower.startsWith('dalvik/')) return { name: 'Android Browser', version: null };
  if (/blackberry|bb10|playbook/.test(agent.lower)) return { name: 'BlackBerry Browser', version };
  if (/\b(webos|hpwos)\//.test(agent.lower)) return { name: 'webOS Browser', version };
  if (/safari\/|applewebkit.*mobile\//.test(agent.lower)) return { name: 'Safari', version };
  return null;
}
