import 'rrweb/dist/style.css';
import './replay.css';
import { type eventWithTime, Replayer } from 'rrweb';

/**
 * The replay of a sale, for operators: /staff/replays/ORDER. A page of its own, since what is replayed brings styles with it that
 * the policy of the other pages does not allow.
 */
interface Piece {
  readonly seq: number;
  readonly recording: string;
  readonly part: number;
  readonly receivedAt: number;
}

const orderId = location.pathname.split('/')[3] ?? '';
const root = document.querySelector<HTMLElement>('#replay') as HTMLElement;
const clock = new Intl.DateTimeFormat('zh-CN', {
  timeZone: 'Asia/Shanghai',
  dateStyle: 'short',
  timeStyle: 'medium',
});

function element<K extends keyof HTMLElementTagNameMap>(
  name: K,
  facts: Partial<HTMLElementTagNameMap[K]> = {},
  ...children: (Node | string)[]
): HTMLElementTagNameMap[K] {
  const made = Object.assign(document.createElement(name), facts);
  made.append(...children);
  return made;
}

/** @throws Error whose message is for people */
async function ask<T>(path: string): Promise<T> {
  const answer = await fetch(path).catch(() => null);
  if (!answer) throw new Error('网络连接中断，请检查网络后刷新页面。');
  if (answer.status === 401) throw new Error('请先以运营人员身份登录，再打开本页。');
  if (answer.status === 404) throw new Error('没有这笔订单的录制，或该订单在开标前不可查看。');
  if (!answer.ok) throw new Error('系统暂时无法提供回放，请稍后刷新页面。');
  return answer.json() as Promise<T>;
}

async function show(): Promise<void> {
  root.replaceChildren(element('p', { className: 'state', role: 'status' }, '正在加载…'));
  const { orderNumber, pieces } = await ask<{ orderNumber: string; pieces: Piece[] }>(
    `/recordings/${orderId}`,
  );
  const recordings = [...Map.groupBy(pieces, (piece) => piece.recording).values()];
  const stage = element('div', { className: 'stage' });
  const list = element('ol', { className: 'recordings' });
  for (const [index, own] of recordings.entries()) {
    const button = element(
      'button',
      { type: 'button' },
      `第 ${index + 1} 次打开页面，${clock.format(own[0]?.receivedAt)} 起`,
    );
    button.onclick = () => {
      for (const other of list.querySelectorAll('button')) other.removeAttribute('aria-current');
      button.setAttribute('aria-current', 'true');
      void play(stage, own).catch(tell);
    };
    list.append(element('li', {}, button));
  }
  root.replaceChildren(
    element('header', {}, element('h1', {}, `销售过程回放　订单号 ${orderNumber}`)),
    element('p', { className: 'note' }, '填写的内容和登录人信息在录制时已遮盖。本次查看已记入事件日志。'),
    ...(recordings.length > 0
      ? [element('div', { className: 'columns' }, element('nav', { ariaLabel: '录制' }, list), stage)]
      : [element('p', { className: 'state' }, '这笔订单没有页面录制。')]),
  );
  list.querySelector('button')?.click();
}

let playing: { replayer: Replayer; timer: ReturnType<typeof setInterval> } | null = null;

async function play(stage: HTMLElement, pieces: readonly Piece[]): Promise<void> {
  if (playing) {
    clearInterval(playing.timer);
    playing.replayer.destroy();
    playing = null;
  }
  stage.replaceChildren(element('p', { className: 'state', role: 'status' }, '正在加载…'));
  const events: eventWithTime[] = [];
  for (const { seq } of pieces) events.push(...(await ask<eventWithTime[]>(`/recordings/${orderId}/${seq}`)));
  if (events.length < 2) throw new Error('这段录制太短，无法回放。');

  const screen = element('div', { className: 'screen' });
  const toggle = element('button', { type: 'button' }, '播放');
  const position = element('input', {
    type: 'range',
    min: '0',
    value: '0',
    step: '100',
    ariaLabel: '播放位置',
  });
  const time = element('span', { className: 'time' });
  const speed = element(
    'select',
    { ariaLabel: '播放速度' },
    ...[1, 2, 4, 8].map((times) => element('option', { value: String(times) }, `${times} 倍速`)),
  );
  stage.replaceChildren(screen, element('div', { className: 'controls' }, toggle, position, time, speed));

  const replayer = new Replayer(events, {
    root: screen,
    skipInactive: true,
    mouseTail: false,
    showWarning: false,
  });
  const { totalTime, startTime } = replayer.getMetaData();
  position.max = String(totalTime);
  let running = false;
  const seconds = (ms: number) =>
    `${Math.floor(ms / 60_000)}:${String(Math.floor(ms / 1000) % 60).padStart(2, '0')}`;
  const paint = () => {
    const now = Math.min(Math.max(replayer.getCurrentTime(), 0), totalTime);
    if (running) position.value = String(now);
    time.textContent = `${seconds(now)} / ${seconds(totalTime)}　${clock.format(startTime + now)}`;
  };
  const set = (isRunning: boolean) => {
    running = isRunning;
    toggle.textContent = isRunning ? '暂停' : '播放';
    // Played from its end, it begins anew.
    const at = isRunning && Number(position.value) >= totalTime ? 0 : Number(position.value);
    if (isRunning) replayer.play(at);
    else replayer.pause(at);
    paint();
  };
  toggle.onclick = () => set(!running);
  position.oninput = () => set(running);
  speed.onchange = () => replayer.setConfig({ speed: Number(speed.value) });
  replayer.on('finish', () => {
    running = false;
    toggle.textContent = '播放';
    position.value = String(totalTime);
    paint();
  });
  replayer.on('resize', (size) => scaleTo(screen, replayer, size as { width: number; height: number }));
  playing = { replayer, timer: setInterval(paint, 200) };
  set(false);
}

/** What was recorded on a larger screen is shown smaller. */
function scaleTo(
  screen: HTMLElement,
  { wrapper }: Replayer,
  { width, height }: { width: number; height: number },
): void {
  const scale = Math.min(1, screen.clientWidth / width);
  wrapper.style.transform = `scale(${scale})`;
  screen.style.height = `${height * scale}px`;
}

function tell(fault: unknown): void {
  root.replaceChildren(
    element(
      'p',
      { className: 'state', role: 'alert' },
      fault instanceof Error ? fault.message : String(fault),
    ),
    element('p', { className: 'state' }, element('a', { href: '/sign-in' }, '前往登录')),
  );
}

void show().catch(tell);
