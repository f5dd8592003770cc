import { creditCodeCheckDigit } from '../kernel/credit-code.ts';

/** A fictional company or office of the demonstration. */
export interface DemoOrganisation {
  readonly name: string;
  /** Valid in form, or of another making, or empty: as real lists have them. */
  readonly code: string;
}

/**
 * A credit code whose check digit is right and whose region, 210599, has not been assigned to any district, so that no real
 * organisation can hold it.
 *
 * @param kind first two characters: 12 a public institution, 91 a company
 * @param serial 1 to 999,999
 */
export function demoCreditCode(kind: '12' | '91', serial: number): string {
  const first17 = `${kind}210599DEM${String(serial).padStart(6, '0')}`;
  return `${first17}${creditCodeCheckDigit(first17)}`;
}

const institution = (name: string, serial: number): DemoOrganisation => ({
  name: `${name}（演示）`,
  code: demoCreditCode('12', serial),
});
const company = (name: string, serial: number): DemoOrganisation => ({
  name: `${name}（演示）`,
  code: demoCreditCode('91', serial),
});
/** Codes as old lists hold them: not 18 characters, or none at all. */
const uncoded = (name: string, code: string): DemoOrganisation => ({ name: `${name}（演示）`, code });

/** Owners by the name of their area. */
export const demoTenderers: Readonly<Record<string, readonly DemoOrganisation[]>> = {
  平山区: [
    institution('平山区城建项目服务中心', 101),
    company('本溪平屹建设投资有限公司', 102),
    uncoded('平山区民生工程事务所', 'YSDW0000000103'),
  ],
  溪湖区: [
    institution('溪湖区城市更新服务中心', 201),
    company('本溪湖晟城建开发有限公司', 202),
    uncoded('彩屯片区改造工作专班', ''),
  ],
  明山区: [
    institution('明山区建设项目事务中心', 301),
    company('本溪明砺基础设施建设有限公司', 302),
    company('牛心台水务工程有限公司', 303),
  ],
  南芬区: [institution('南芬区重点工程服务中心', 401), company('南芬峪川城乡建设有限公司', 402)],
  本溪满族自治县: [
    institution('本溪县交通水利工程服务中心', 501),
    company('本溪县关山城乡建设投资有限公司', 502),
    uncoded('小市镇项目建设办公室', 'YSDW0000000503'),
  ],
  桓仁满族自治县: [
    institution('桓仁县农村公路建设服务中心', 601),
    company('桓仁浑源水利投资有限公司', 602),
    uncoded('雅河流域治理项目部', ''),
  ],
  高新区: [company('本溪药谷园区开发建设有限公司', 701), institution('高新区公共设施建设服务中心', 702)],
};

/** Agents that run tenders for the owners; some owners run their own. */
export const demoAgencies: readonly string[] = [
  '辽东衡准工程咨询有限公司（演示）',
  '衍水正则项目管理有限公司（演示）',
  '本溪砺信招标代理有限公司（演示）',
  '山城明度工程管理有限公司（演示）',
  '北岭方圆造价咨询有限公司（演示）',
  '',
];

/** Companies that win. */
export const demoContractors: readonly DemoOrganisation[] = [
  company('辽东筑岳建设工程有限公司', 901),
  company('衍水宏屹路桥工程有限公司', 902),
  company('本溪砺行市政工程有限公司', 903),
  company('关山泓泰水利工程有限公司', 904),
  company('山城恒构建筑安装有限公司', 905),
  company('北岭通衢交通设施有限公司', 906),
  company('溪岭润泽园林环境有限公司', 907),
  company('辽东信构智能科技有限公司', 908),
];
