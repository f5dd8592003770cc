import { SaxesParser } from 'saxes';
import { limits } from '../../limits.ts';

/** Shapes, colours and gradients. Nothing that runs, loads, links, or shows other documents. */
const allowed: Readonly<Record<string, readonly string[]>> = {
  svg: ['xmlns', 'viewBox', 'width', 'height', 'preserveAspectRatio', 'version'],
  g: [],
  path: ['d'],
  rect: ['x', 'y', 'width', 'height', 'rx', 'ry'],
  circle: ['cx', 'cy', 'r'],
  ellipse: ['cx', 'cy', 'rx', 'ry'],
  line: ['x1', 'y1', 'x2', 'y2'],
  polyline: ['points'],
  polygon: ['points'],
  defs: [],
  linearGradient: ['x1', 'y1', 'x2', 'y2', 'gradientUnits', 'gradientTransform'],
  radialGradient: ['cx', 'cy', 'r', 'fx', 'fy', 'gradientUnits', 'gradientTransform'],
  stop: ['offset', 'stop-color', 'stop-opacity'],
  title: [],
};
const allowedEverywhere = new Set([
  'id',
  'fill',
  'fill-opacity',
  'fill-rule',
  'clip-rule',
  'opacity',
  'stroke',
  'stroke-width',
  'stroke-linecap',
  'stroke-linejoin',
  'stroke-miterlimit',
  'stroke-dasharray',
  'stroke-dashoffset',
  'stroke-opacity',
  'transform',
]);
const NAMESPACE = 'http://www.w3.org/2000/svg';
/** The only address that a value may hold: a gradient of the drawing itself. */
const OWN_REFERENCE = /^url\(#[\w-]{1,64}\)$/;

export type CleanLogo = { readonly svg: string } | { readonly fault: string };

/**
 * A drawing made anew from what is allowed, so that nothing else can ride in it: it is served as an image from our own origin.
 *
 * @returns the drawing, or in Chinese what it holds that no logo needs
 */
export function cleanLogo(text: string): CleanLogo {
  if (text.length > limits.logoCharactersMax)
    return { fault: `标识不能超过 ${limits.logoCharactersMax} 个字符` };
  const parser = new SaxesParser();
  const open: string[] = [];
  let svg = '';
  let elements = 0;
  let fault: string | null = null;
  const refuse = (reason: string) => {
    fault ??= reason;
  };

  parser.on('error', () => refuse('标识不是有效的 SVG'));
  parser.on('doctype', () => refuse('标识不能含有文档类型声明'));
  parser.on('processinginstruction', () => refuse('标识不能含有处理指令'));
  parser.on('cdata', () => refuse('标识不能含有 CDATA'));
  parser.on('opentag', ({ name, attributes, isSelfClosing }) => {
    elements += 1;
    if (elements > limits.logoElementsMax) refuse(`标识的图形不能超过 ${limits.logoElementsMax} 个`);
    if ((open.length === 0) !== (name === 'svg')) refuse('标识应为单个 svg 图形');
    const own = allowed[name];
    if (!own) refuse(`标识不能含有 ${name} 元素`);
    if (name === 'svg' && attributes.xmlns !== NAMESPACE) refuse('标识缺少 SVG 命名空间');
    svg += `<${name}`;
    for (const [attribute, value] of Object.entries<string>(attributes)) {
      if (!own?.includes(attribute) && !allowedEverywhere.has(attribute))
        refuse(`标识的 ${name} 元素不能含有 ${attribute} 属性`);
      const isAddress = /url\s*\(|[a-z][a-z0-9+.-]*:/i.test(value);
      if (isAddress && attribute !== 'xmlns' && !OWN_REFERENCE.test(value))
        refuse(`标识的 ${attribute} 属性不能指向其他内容`);
      svg += ` ${attribute}="${escapeXml(value)}"`;
    }
    svg += isSelfClosing ? '/>' : '>';
    open.push(name);
  });
  parser.on('closetag', ({ name, isSelfClosing }) => {
    open.pop();
    if (!isSelfClosing) svg += `</${name}>`;
  });
  parser.on('text', (content) => {
    if (open.at(-1) === 'title') svg += escapeXml(content);
    else if (content.trim() !== '') refuse('标识不能含有文字，请转为图形');
  });
  parser.write(text).close();
  return fault === null ? { svg } : { fault };
}

const escapeXml = (text: string) => text.replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`);
