import { randomBytes } from 'node:crypto';
import { explorerPolicy } from './headers.ts';

const firstQuery = `# 平台运营控制台（GraphiQL）。所有操作均记入事件日志。
query PendingCertifications {
  certifications(filter: { states: [PENDING_REVIEW] }) {
    nodes { id number name creditCode submittedAt dueAt stateLabel }
  }
}
`;

/** The page from which staff run the platform. All of it comes from this server. */
export async function explorerPage(): Promise<{ html: string; policy: string }> {
  // Nine megabytes of program that most starts never need.
  const { renderGraphiQL } = await import('@graphql-yoga/render-graphiql');
  const nonce = randomBytes(16).toString('base64');
  const html = renderGraphiQL({
    title: '平台运营控制台',
    defaultQuery: firstQuery,
    credentials: 'same-origin',
    endpoint: '/graphql',
  });
  return {
    // The page has one script, its program; words like it further down are text within that program.
    html: html.replace('<script>', `<script nonce="${nonce}">`),
    policy: explorerPolicy(nonce),
  };
}
