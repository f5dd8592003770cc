import type { DepositKind, ProjectType } from '../db/vocabulary.ts';
import { addDays, parseExchangeTime, shanghaiDay, weekdayOf } from '../kernel/clock.ts';
import { invariant } from '../kernel/invariant.ts';
import { formatYuan } from '../kernel/money.ts';
import { districtsOf } from '../kernel/regions.ts';
import { isWorkday } from '../kernel/workdays.ts';
import type { ExchangeDeposit, ExchangeRow } from '../modules/section/exchange.ts';
import { demoAgencies, demoContractors, demoTenderers } from './organisations.ts';
import { type SeededRandom, seededRandom } from './random.ts';

/**
 * Fictional sections of Benxi, in the exchange's own field names, so that they come in through the importer like any others.
 * Places exist, projects and owners do not. The same instant gives the same rows, and every instant the same projects.
 */

/** What the rows are imported from. */
export const DEMO_SOURCE = '本溪市公共资源交易中心（演示）';

const CITY_CODE = '210500';
const SEED = 20_231_215;
const ROWS_MIN = 336;

/** What happened to a section after its announcement; fired in order of `atMs`. */
export type DemoSectionEvent = { readonly code: string; readonly atMs: number } & (
  | { readonly event: 'OPEN'; readonly openedAtMs: number }
  | {
      readonly event: 'AWARD';
      readonly winnerName: string;
      readonly winnerCreditCode: string;
      readonly amountFen: number;
    }
  | { readonly event: 'FAIL' | 'SUSPEND'; readonly reason: string }
  | {
      readonly event: 'POSTPONE';
      readonly deadlineAtMs: number;
      readonly openAtMs: number;
      readonly reason: string;
    }
);

/** What kind of place it is decides what gets built there. */
type Setting = 'TOWN' | 'COUNTY' | 'PARK';

interface AreaSketch {
  readonly setting: Setting;
  readonly places: readonly string[];
}

const areaSketches: Readonly<Record<string, AreaSketch>> = {
  平山区: {
    setting: 'TOWN',
    places: ['南地街道', '平山街道', '东明街道', '崔东街道', '站前街道', '千金街道', '桥北街道'],
  },
  溪湖区: {
    setting: 'TOWN',
    places: ['河东街道', '河西街道', '彩屯片区', '东风街道', '石桥子街道', '日月岛街道', '火连寨街道'],
  },
  明山区: {
    setting: 'TOWN',
    places: ['北地街道', '高峪街道', '明山街道', '新明街道', '牛心台街道', '卧龙街道', '高台子街道'],
  },
  南芬区: {
    setting: 'TOWN',
    places: ['南芬街道', '思山岭街道', '下马塘街道', '南芬老城片区', '施家片区', '金坑片区'],
  },
  本溪满族自治县: {
    setting: 'COUNTY',
    places: ['小市镇', '草河掌镇', '草河口镇', '连山关镇', '清河城镇', '田师傅镇', '碱厂镇', '高官镇'],
  },
  桓仁满族自治县: {
    setting: 'COUNTY',
    places: ['桓仁镇', '普乐堡镇', '二棚甸子镇', '沙尖子镇', '五里甸子镇', '华来镇', '古城镇', '雅河乡'],
  },
  高新区: {
    setting: 'PARK',
    places: ['生物医药产业园', '智能制造产业园', '创新孵化园', '香槐路片区', '科创三路片区', '大学城片区'],
  },
};

interface TypeSketch {
  readonly abbreviation: string;
  /** Price of a project in units of 10,000 yuan. */
  readonly priceWan: readonly [least: number, most: number];
  /** What follows the place. */
  readonly works: Readonly<Record<Setting, readonly string[]>>;
}

const typeSketches: Readonly<Record<ProjectType, TypeSketch>> = {
  HOUSING: {
    abbreviation: 'FJ',
    priceWan: [180, 12_000],
    works: {
      TOWN: [
        '老旧小区配套基础设施改造工程',
        '保障性租赁住房建设项目',
        '社区卫生服务中心改扩建工程',
        '养老服务中心建设项目',
        '既有居住建筑外墙保温及屋面防水维修工程',
        '便民市场及配套用房建设项目',
      ],
      COUNTY: [
        '中心小学教学楼新建工程',
        '中心卫生院改扩建工程',
        '区域性养老服务中心建设项目',
        '幼儿园新建工程',
        '综合文化服务中心建设项目',
        '危旧住房改造工程',
      ],
      PARK: [
        '标准厂房建设项目',
        '人才公寓建设项目',
        '科研孵化楼新建工程',
        '配套幼儿园新建工程',
        '企业服务中心装修改造工程',
      ],
    },
  },
  HIGHWAY: {
    abbreviation: 'GL',
    priceWan: [150, 9000],
    works: {
      TOWN: [
        '出城公路路面大修工程',
        '危旧桥梁加固改造工程',
        '公路安全生命防护工程',
        '公路水毁修复工程',
        '对外连接公路新建工程',
      ],
      COUNTY: [
        '农村公路路面改造工程',
        '县道路面大修工程',
        '危旧桥梁加固改造工程',
        '公路水毁修复工程',
        '产业路及旅游路建设工程',
        '村内道路硬化工程',
      ],
      PARK: [
        '对外连接公路新建工程',
        '进园公路路面大修工程',
        '跨河桥梁新建工程',
        '出口公路拓宽改造工程',
        '公路安全生命防护工程',
      ],
    },
  },
  WATER: {
    abbreviation: 'SL',
    priceWan: [120, 6000],
    works: {
      TOWN: [
        '河道清淤及生态治理工程',
        '堤防加固及护岸修复工程',
        '城区段防洪治理工程',
        '排涝泵站更新改造工程',
        '山洪沟道防洪治理工程',
      ],
      COUNTY: [
        '中小河流防洪治理工程',
        '农村饮水安全巩固提升工程',
        '小流域水土保持综合治理工程',
        '小型水库除险加固工程',
        '灌区渠系节水改造工程',
        '山洪沟道防洪治理工程',
      ],
      PARK: [
        '防洪排涝工程',
        '河道生态治理工程',
        '雨水调蓄池建设工程',
        '再生水利用工程',
        '堤防加固及护岸修复工程',
      ],
    },
  },
  MUNICIPAL: {
    abbreviation: 'SZ',
    priceWan: [90, 8000],
    works: {
      TOWN: [
        '雨污分流管网改造工程',
        '背街小巷道路综合改造工程',
        '供热管网更新改造工程',
        '燃气管道老化更新改造工程',
        '供水管网漏损治理工程',
        '道路照明节能改造工程',
        '口袋公园及绿道建设工程',
      ],
      COUNTY: [
        '污水处理厂及配套管网工程',
        '集中供热管网更新改造工程',
        '镇区道路及排水改造工程',
        '供水厂及输配水管网改造工程',
        '生活垃圾转运站提升改造工程',
        '镇区路灯节能改造工程',
      ],
      PARK: [
        '道路及综合管线新建工程',
        '污水处理厂扩建工程',
        '供热管网延伸工程',
        '厂房配套道路工程',
        '供水加压泵站建设工程',
        '雨污分流管网改造工程',
      ],
    },
  },
  TRAFFIC: {
    abbreviation: 'JT',
    priceWan: [60, 2500],
    works: {
      TOWN: [
        '公交首末站及充电设施建设工程',
        '道路交通信号及电子警察升级工程',
        '道路交通安全设施精细化提升工程',
        '公共停车场建设工程',
        '港湾式公交站台改造工程',
      ],
      COUNTY: [
        '客运站提质改造工程',
        '公交候车亭及招呼站建设工程',
        '平交路口信号灯建设工程',
        '道路交通安全设施精细化提升工程',
        '公共停车场建设工程',
      ],
      PARK: [
        '公交首末站及充电设施建设工程',
        '智慧停车场建设工程',
        '道路交通信号升级工程',
        '货运车辆停车场建设工程',
        '慢行系统及标志标线工程',
      ],
    },
  },
  OTHER: {
    abbreviation: 'QT',
    priceWan: [50, 3000],
    works: {
      TOWN: [
        '地质灾害隐患点治理工程',
        '公共机构屋顶光伏安装工程',
        '智慧社区管理平台建设项目',
        '老旧电梯更新改造项目',
        '消防设施更新改造工程',
        '废弃矿山生态修复工程',
      ],
      COUNTY: [
        '高标准农田建设项目',
        '森林防火通道及瞭望设施建设工程',
        '废弃矿山生态修复工程',
        '地质灾害隐患点治理工程',
        '冷链仓储设施建设项目',
        '人居环境整治提升工程',
      ],
      PARK: [
        '屋顶分布式光伏安装工程',
        '公共检测平台设备采购及安装项目',
        '绿化景观提升工程',
        '智慧园区管理平台建设项目',
        '供配电设施增容改造工程',
      ],
    },
  },
};

// Repeated as often as a type shall come up; roads, pipes and houses are what a city tenders most.
const TYPE_CYCLE: readonly ProjectType[] = [
  'MUNICIPAL',
  'HOUSING',
  'HIGHWAY',
  'WATER',
  'MUNICIPAL',
  'OTHER',
  'HOUSING',
  'TRAFFIC',
  'WATER',
  'HIGHWAY',
  'OTHER',
];

type Fate = 'AHEAD' | 'POSTPONED' | 'SUSPENDED' | 'OPENED' | 'AWARDED' | 'FAILED' | 'TERMINATED';

/**
 * Thirteen in twenty are still to be opened, one of these after a postponement. The cycles of fates, types and areas have lengths
 * without a common factor, so that every area sees every fate and type.
 */
const FATE_CYCLE: readonly Fate[] = [
  'AHEAD',
  'OPENED',
  'AHEAD',
  'AHEAD',
  'AWARDED',
  'AHEAD',
  'SUSPENDED',
  'AHEAD',
  'AHEAD',
  'TERMINATED',
  'AHEAD',
  'FAILED',
  'AHEAD',
  'OPENED',
  'AHEAD',
  'POSTPONED',
  'AHEAD',
  'AWARDED',
  'AHEAD',
  'AHEAD',
];

const NUMERALS = ['一', '二', '三'];
const OPENING_TIMES = ['09:00:00', '09:30:00', '10:00:00', '13:30:00'] as const;
const SUSPEND_REASONS = [
  '招标文件收到异议，正在调查核实，暂停招标投标活动。',
  '主管部门正在处理投诉，暂停招标投标活动。',
  '项目规划方案调整，招标人申请暂停招标。',
];
const POSTPONE_REASONS = [
  '招标文件澄清内容可能影响投标文件编制，开标时间顺延。',
  '工程量清单修改，投标截止时间与开标时间顺延。',
];
const FAIL_REASONS = [
  '通过资格审查的投标人不足三个，招标失败。',
  '经评审，全部投标被否决，招标失败。',
  '提交投标文件的投标人少于三个，招标失败。',
];
const TERMINATE_REASON = '因项目投资计划调整，招标人终止招标。';

/** Days of a section's course. The opening takes place half an hour after the deadline or with it. */
interface Course {
  readonly noticeDay: string;
  readonly noticeTime: string;
  readonly deadlineDay: string;
  readonly deadlineTime: string;
  readonly openTime: string;
}

interface Section {
  readonly code: string;
  readonly name: string;
  readonly priceYuan: number;
  readonly supervision: boolean;
}

interface Story {
  readonly rows: ExchangeRow[];
  readonly events: DemoSectionEvent[];
}

/**
 * At least 320 rows over all areas, project types and deposit kinds.
 *
 * @param nowMs the instant the demonstration starts from, in UTC milliseconds: most deadlines are 3 to 60 days later
 */
export function demoSections(nowMs: number): ExchangeRow[] {
  return tell(nowMs).rows;
}

/**
 * What happened to these rows before `nowMs`, oldest first; rows without an event are as they were announced.
 *
 * @param rows of `demoSections`, or some of them
 * @param nowMs the same instant
 */
export function demoSectionEvents(rows: readonly ExchangeRow[], nowMs: number): DemoSectionEvent[] {
  const codes = new Set(rows.map((row) => row.BID_SECTION_CODE));
  return tell(nowMs)
    .events.filter(({ code }) => codes.has(code))
    .toSorted((a, b) => a.atMs - b.atMs || (a.code < b.code ? -1 : 1));
}

function tell(nowMs: number): Story {
  const random = seededRandom(SEED);
  const today = shanghaiDay(nowMs);
  const areas = districtsOf(CITY_CODE).filter(({ name }) => name in areaSketches);
  invariant(
    areas.length === Object.keys(areaSketches).length,
    'every area of the demonstration is a known district',
  );
  const usedNames = new Set<string>();
  const story: Story = { rows: [], events: [] };

  for (let index = 0; story.rows.length < ROWS_MIN; index++) {
    const area = areas[index % areas.length] as (typeof areas)[number];
    const type = TYPE_CYCLE[index % TYPE_CYCLE.length] as ProjectType;
    const fate = FATE_CYCLE[index % FATE_CYCLE.length] as Fate;
    const projectName = newName(random, area.name, type, usedNames);
    const course = courseOf(random, fate, today);
    const projectCode = `BX${course.noticeDay.slice(0, 4)}${typeSketches[type].abbreviation}${String(index + 1).padStart(4, '0')}`;
    const tenderer = random.pick(demoTenderers[area.name] ?? []);
    const agency = random.pick(demoAgencies);
    for (const section of sectionsOf(random, type, projectCode, projectName)) {
      const compact = random.chance(40);
      const noticeAt = `${course.noticeDay} ${course.noticeTime}`;
      story.rows.push({
        TENDER_PROJECT_CODE: projectCode,
        TENDER_PROJECT_NAME: projectName,
        BID_SECTION_CODE: section.code,
        BID_SECTION_NAME: section.name,
        PROJECT_TYPE: type,
        TENDERER_NAME: tenderer.name,
        TENDERER_CODE: tenderer.code,
        TENDER_AGENCY_NAME: agency,
        REGION_CODE: area.code,
        BID_DOC_REFER_END_TIME: written(`${course.deadlineDay} ${course.deadlineTime}`, compact),
        BID_OPEN_TIME: written(`${course.deadlineDay} ${course.openTime}`, compact),
        VALID_PERIOD: String(random.pick([60, 90, 90, 90, 120])),
        // Some owners keep their price to themselves.
        CONTROL_PRICE: random.chance(92) ? formatYuan(section.priceYuan * 100) : '',
        NOTICE_NAME: `${projectName}招标公告`,
        NOTICE_SEND_TIME: written(noticeAt, compact),
        DATA_TIMESTAMP: written(`${noticeAt.slice(0, -2)}${random.integer(10, 59)}`, true),
        ...bidDeposit(random, section.priceYuan),
        DEPOSITS: otherDeposits(random, section, course.deadlineDay),
      });
      story.events.push(...eventsOf(seededRandom(SEED + index), random, fate, today, course, section));
    }
  }
  return story;
}

/** A place and works that have not been put together yet. */
function newName(random: SeededRandom, areaName: string, type: ProjectType, usedNames: Set<string>): string {
  // A county's towns are found by its name, a district's streets by the district's.
  const prefix = areaName.replace('满族自治', '');
  const area = areaSketches[areaName];
  invariant(area !== undefined, 'the area has places');
  for (;;) {
    const name = `${prefix}${random.pick(area.places)}${random.pick(typeSketches[type].works[area.setting])}`;
    if (usedNames.has(name)) continue;
    usedNames.add(name);
    return name;
  }
}

function sectionsOf(
  random: SeededRandom,
  type: ProjectType,
  projectCode: string,
  projectName: string,
): Section[] {
  const [least, most] = typeSketches[type].priceWan;
  // The cube of an even spread: many small works, few large ones.
  const share = (random.integer(0, 1000) / 1000) ** 3;
  const projectYuan = Math.round((least + (most - least) * share) * 100) * 100;
  const codeOf = (position: number) => `${projectCode}-${String(position + 1).padStart(2, '0')}`;
  const count = random.pick([1, 2, 2, 3]);
  if (count === 1) {
    return [{ code: codeOf(0), name: projectName, priceYuan: projectYuan, supervision: false }];
  }
  if (count === 2 && random.chance(30)) {
    const supervisionYuan = Math.round((projectYuan * random.integer(18, 32)) / 1000);
    return [
      { code: codeOf(0), name: `${projectName}（施工）`, priceYuan: projectYuan, supervision: false },
      { code: codeOf(1), name: `${projectName}（监理）`, priceYuan: supervisionYuan, supervision: true },
    ];
  }
  return Array.from({ length: count }, (_, position) => ({
    code: codeOf(position),
    name: `${projectName}（${NUMERALS[position]}标段）`,
    priceYuan: Math.round((projectYuan * random.integer(70, 130)) / 100 / count),
    supervision: false,
  }));
}

function courseOf(random: SeededRandom, fate: Fate, today: string): Course {
  const daysAhead: Readonly<Record<Fate, DayRange>> = {
    // Four days on the calendar are over three, and 59 under 60, whatever time it is now.
    AHEAD: [4, 59],
    POSTPONED: [2, 12],
    SUSPENDED: [6, 40],
    TERMINATED: [6, 30],
    OPENED: [-14, -1],
    AWARDED: [-70, -17],
    FAILED: [-45, -14],
  };
  const deadlineDay = pickWorkday(random, today, daysAhead[fate]);
  // Twenty days lie between a notice and the deadline at least; what is to be suspended has been out for a while.
  const lawfulDay = workdayBefore(addDays(deadlineDay, -random.integer(21, 35)));
  const outDay = pickWorkday(random, today, fate === 'AHEAD' ? [-12, -1] : [-26, -13]);
  const [noticeDay = lawfulDay] = [lawfulDay, outDay].toSorted();
  const deadlineTime = random.pick(OPENING_TIMES);
  const together = random.chance(65);
  return {
    noticeDay,
    noticeTime: `${String(random.integer(8, 16)).padStart(2, '0')}:${random.integer(10, 59)}:00`,
    deadlineDay,
    deadlineTime,
    openTime: together ? deadlineTime : halfAnHourLater[deadlineTime],
  };
}

const halfAnHourLater: Readonly<Record<(typeof OPENING_TIMES)[number], string>> = {
  '09:00:00': '09:30:00',
  '09:30:00': '10:00:00',
  '10:00:00': '10:30:00',
  '13:30:00': '14:00:00',
};

/** Days from a day, both ends included, wide enough for the longest run of holidays to leave a workday. */
type DayRange = readonly [least: number, most: number];

/** A day of the range, and if nobody works then the next one, the range being a circle. */
function pickWorkday(random: SeededRandom, from: string, [least, most]: DayRange): string {
  const width = most - least + 1;
  const start = random.integer(0, width - 1);
  for (let step = 0; step < width; step++) {
    const day = addDays(from, least + ((start + step) % width));
    if (mayBeWorkday(day)) return day;
  }
  throw new RangeError(`nobody works ${least} to ${most} days from ${from}`);
}

/** The day itself, or the last workday before it. */
function workdayBefore(day: string): string {
  return mayBeWorkday(day) ? day : workdayBefore(addDays(day, -1));
}

/** Of a year whose holidays are not announced yet, all that is sure is the weekend and New Year's Day. */
function mayBeWorkday(day: string): boolean {
  const known = isWorkday(day);
  if (known !== 'UNKNOWN_YEAR') return known;
  return ![0, 6].includes(weekdayOf(day)) && !day.endsWith('-01-01');
}

/** `shared` starts anew for each section of a project, so that they open and stop together; `random` is each one's own. */
function eventsOf(
  shared: SeededRandom,
  random: SeededRandom,
  fate: Fate,
  today: string,
  course: Course,
  { code, priceYuan }: Section,
): DemoSectionEvent[] {
  const plannedMs = instantOf(course.deadlineDay, course.openTime);
  const recentMs = instantOf(pickWorkday(shared, today, [-12, -1]), '15:20:00');
  // The chairman opens some minutes late.
  const openedAtMs = plannedMs + shared.integer(0, 6) * 60_000;
  const open: DemoSectionEvent = { code, atMs: openedAtMs, event: 'OPEN', openedAtMs };
  switch (fate) {
    case 'AHEAD':
      return [];
    case 'SUSPENDED':
      return [{ code, atMs: recentMs, event: 'SUSPEND', reason: shared.pick(SUSPEND_REASONS) }];
    case 'TERMINATED':
      return [{ code, atMs: recentMs, event: 'FAIL', reason: TERMINATE_REASON }];
    case 'POSTPONED': {
      const day = pickWorkday(shared, course.deadlineDay, [10, 24]);
      const deadlineAtMs = instantOf(day, course.deadlineTime);
      const openAtMs = instantOf(day, course.openTime);
      const reason = shared.pick(POSTPONE_REASONS);
      return [{ code, atMs: recentMs, event: 'POSTPONE', deadlineAtMs, openAtMs, reason }];
    }
    case 'OPENED':
      return [open];
    case 'FAILED': {
      const atMs = instantOf(pickWorkday(shared, course.deadlineDay, [1, 13]), '16:10:00');
      return [open, { code, atMs, event: 'FAIL', reason: shared.pick(FAIL_REASONS) }];
    }
    case 'AWARDED': {
      const winner = random.pick(demoContractors);
      const atMs = instantOf(pickWorkday(shared, course.deadlineDay, [4, 16]), '11:00:00');
      const amountFen = Math.round((priceYuan * random.integer(880, 985)) / 1000) * 100;
      return [
        open,
        {
          code,
          atMs,
          event: 'AWARD',
          winnerName: winner.name,
          winnerCreditCode: winner.code,
          amountFen,
        },
      ];
    }
  }
}

/** 1 to 2 % of the price and 800,000 yuan at most, in round figures, in either unit of the exchange. */
function bidDeposit(
  random: SeededRandom,
  priceYuan: number,
): Pick<ExchangeRow, 'MARGIN_AMOUNT' | 'MARGIN_UNIT'> {
  const shareYuan = Math.min(800_000, Math.floor((priceYuan * random.pick([10, 15, 20])) / 1000));
  const step = shareYuan < 1000 ? 10 : shareYuan < 20_000 ? 100 : 1000;
  const amountYuan = Math.floor(shareYuan / step) * step;
  // A few owners ask for no bid deposit.
  if (random.chance(4)) return { MARGIN_AMOUNT: '', MARGIN_UNIT: '' };
  return amountYuan % 10_000 === 0 || random.chance(25)
    ? { MARGIN_AMOUNT: String(amountYuan / 10_000), MARGIN_UNIT: '万元' }
    : { MARGIN_AMOUNT: String(amountYuan), MARGIN_UNIT: '元' };
}

interface DepositSketch {
  readonly kind: DepositKind;
  /** In how many of a hundred sections. */
  readonly frequency: number;
  /** Shares of the price in percent, within the caps. */
  readonly percents: readonly number[];
  /** Days from the opening to the deadline. */
  readonly days: DayRange;
}

const depositSketches: readonly DepositSketch[] = [
  { kind: 'PERFORMANCE', frequency: 65, percents: [5, 8, 10], days: [40, 75] },
  { kind: 'ADVANCE_PAYMENT', frequency: 32, percents: [10, 15, 20, 30], days: [50, 90] },
  { kind: 'WAGE', frequency: 48, percents: [1, 1.5, 2, 3], days: [45, 80] },
  { kind: 'QUALITY', frequency: 36, percents: [1.5, 2, 3], days: [240, 420] },
];

function otherDeposits(random: SeededRandom, section: Section, openDay: string): ExchangeDeposit[] {
  const deposits: ExchangeDeposit[] = [];
  for (const { kind, frequency, percents, days } of depositSketches) {
    // Supervision employs no site workers and builds nothing that could have defects.
    if (section.supervision && kind !== 'PERFORMANCE') continue;
    if (!random.chance(frequency)) continue;
    const amountYuan = Math.floor((section.priceYuan * random.pick(percents)) / 100 / 100) * 100;
    const deadlineDay = pickWorkday(random, openDay, days);
    // What depends on the final account is not known yet in some notices.
    const open = kind === 'QUALITY' && random.chance(20);
    deposits.push(
      open
        ? { KIND: kind }
        : { KIND: kind, AMOUNT: String(amountYuan), UNIT: '元', DEADLINE: `${deadlineDay} 16:00:00` },
    );
  }
  return deposits;
}

/** A time in one of the two forms of the exchange. */
function written(time: string, compact: boolean): string {
  return compact ? time.replace(/\D/g, '') : time;
}

function instantOf(day: string, time: string): number {
  const instantMs = parseExchangeTime(`${day} ${time}`);
  invariant(instantMs !== null, `${day} ${time} is a time`);
  return instantMs;
}
