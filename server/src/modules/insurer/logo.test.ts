import { expect, test } from 'vitest';
import { demoInsurers } from '../../demo/insurers.ts';
import { limits } from '../../limits.ts';
import { cleanLogo } from './logo.ts';

const svg = (inside: string, more = '') =>
  `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 120 40"${more}>${inside}</svg>`;

test('a drawing of shapes and gradients is kept as it is', () => {
  const drawing = svg(
    '<title>标识 &#38; 图</title><defs><linearGradient id="a"><stop offset="0" stop-color="#0f5aa8"/></linearGradient></defs><g fill="url(#a)"><path d="M0 0h9v9z"/></g>',
  );
  expect(cleanLogo(drawing)).toEqual({ svg: drawing });
  for (const { logoSvg } of demoInsurers) expect(cleanLogo(logoSvg)).toEqual({ svg: logoSvg });
});

test('comments and declarations are left behind', () => {
  expect(cleanLogo(`<?xml version="1.0"?><!-- made by --> ${svg('<g/>')}`)).toEqual({ svg: svg('<g/>') });
});

test.each([
  svg('<script>alert(1)</script>'),
  svg('<g onload="alert(1)"/>'),
  svg('', ' onload="alert(1)"'),
  svg('<a href="javascript:alert(1)"><path d="M0 0"/></a>'),
  svg('<image href="https://example.com/x.png"/>'),
  svg('<use href="#a"/>'),
  svg('<foreignObject><div/></foreignObject>'),
  svg('<style>path{fill:url(https://example.com)}</style>'),
  svg('<path style="fill:red"/>'),
  svg('<path fill="url(https://example.com/x)"/>'),
  svg('<path fill="u&#114;l(https://example.com/x)"/>'),
  svg('<animate attributeName="href"/>'),
  svg('<text>名</text>'),
  svg('<svg xmlns="http://www.w3.org/2000/svg"/>'),
  svg('<![CDATA[<script/>]]>'),
  svg('<?xml-stylesheet href="x"?>'),
  `<!DOCTYPE svg [<!ENTITY a "b">]>${svg('')}`,
  '<svg viewBox="0 0 1 1"/>',
  '<html xmlns="http://www.w3.org/1999/xhtml"/>',
  svg('<path>'),
  '',
  'logo',
  svg('<g/>'.repeat(limits.logoElementsMax)),
  svg(' '.repeat(limits.logoCharactersMax)),
])('%.80s is no logo', (text) => {
  expect(cleanLogo(text)).toEqual({ fault: expect.stringMatching(/^标识/) });
});
