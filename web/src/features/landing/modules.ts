/** A business module of the platform, as its tile shows it. */
export interface BusinessModule {
  code: string;
  title: string;
  text: string;
  /** Where another system serves it; null when it is this one, or has no address yet. */
  url: string | null;
}

/** The module this system is. */
export const depositModuleCode = 'DEPOSIT';

/** The six modules as the manual prints them, shown until the platform's own list has come. */
export const printedModules: readonly BusinessModule[] = [
  {
    code: depositModuleCode,
    title: '保证金',
    text: '投标、履约、预付款、农民工工资、工程质量保证金，以电子保函在线办理。',
    url: null,
  },
  {
    code: 'FINANCE',
    title: '金融服务',
    text: '面向投标企业的信用贷、中标贷等融资服务。',
    url: null,
  },
  {
    code: 'SAFETY_INSURANCE',
    title: '本溪建工安责险服务监管系统',
    text: '建筑施工安全生产责任保险的投保、服务与监管。',
    url: null,
  },
  {
    code: 'WAGE_DEPOSIT',
    title: '本溪农民工工资保证金智慧管理服务系统',
    text: '农民工工资保证金的缴存、使用与返还管理。',
    url: null,
  },
  {
    code: 'SMALL_WORKS',
    title: '本溪市限额以下工程智慧监管系统',
    text: '限额以下工程建设项目的交易与监管，自由进入。',
    url: null,
  },
  {
    code: 'SERVICE',
    title: '服务管理',
    text: '平台服务事项、服务机构与服务评价的管理。',
    url: null,
  },
];
