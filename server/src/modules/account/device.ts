/** What somebody signed in with, told from the User-Agent header in words its owner knows. */
const browsers: readonly (readonly [RegExp, string])[] = [
  // Each of these also claims to be what follows it.
  [/MicroMessenger/, '微信'],
  [/DingTalk/, '钉钉'],
  [/QQBrowser/, 'QQ 浏览器'],
  [/HuaweiBrowser/, '华为浏览器'],
  [/\bEdg(e|A|iOS)?\//, 'Edge'],
  [/\bOPR\//, 'Opera'],
  [/Firefox|FxiOS/, 'Firefox'],
  [/Chrome|CriOS/, 'Chrome'],
  [/Safari/, 'Safari'],
];
const systems: readonly (readonly [RegExp, string])[] = [
  [/OpenHarmony|HarmonyOS/, '鸿蒙'],
  [/iPhone/, 'iPhone'],
  [/iPad/, 'iPad'],
  [/Android/, 'Android'],
  [/Windows/, 'Windows'],
  [/Mac OS X|Macintosh/, 'macOS'],
  [/Linux/, 'Linux'],
];

/**
 * Such as “Windows · Edge”. Nothing of the header itself is repeated: whoever signs in chooses it.
 *
 * @param agent the header as it was sent, '' where there was none
 */
export function deviceLabel(agent: string): string {
  const known = [systems, browsers].flatMap(
    (kinds) => kinds.find(([pattern]) => pattern.test(agent))?.[1] ?? [],
  );
  return known.join(' · ') || '未知设备';
}
