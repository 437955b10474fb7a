import { expect, test } from 'vitest';
import { parseStatistics } from '../../../src/gateways/statistics-query.ts';

const head =
  '# pxname,svname,qcur,qmax,scur,smax,slim,stot,bin,bout,dreq,dresp,ereq,econ,eresp,wretr,wredis,status,weight,act,bck,chkfail,chkdown,lastchg,downtime,qlimit,pid,iid,sid,throttle,lbtot,tracked,type,rate,rate_lim,rate_max,check_status,check_code,';

const row = (values: Readonly<Record<string, string>>): string =>
  head
    .replace('# ', '')
    .split(',')
    .map((name) => values[name] ?? '')
    .join(',');

test('a node behind a port, and what its last check found', () => {
  const text = [
    head,
    row({ pxname: 'to_primary', svname: 'FRONTEND', status: 'OPEN' }),
    row({
      ...{ pxname: 'primary', svname: 'pg1', scur: '3', status: 'UP', lastchg: '65' },
      ...{ check_status: 'L7OK', check_code: '200' },
    }),
    row({
      ...{ pxname: 'primary', svname: 'pg2', scur: '0', status: 'DOWN', lastchg: '7' },
      ...{ check_status: '* L7STS', check_code: '503' },
    }),
    row({ pxname: 'primary', svname: 'BACKEND', status: 'UP' }),
    '',
  ].join('\n');

  expect(parseStatistics(text)).toEqual([
    {
      ...{ entry: 'primary', node: 'pg1', isUp: true, state: 'UP', check: 'L7OK 200' },
      ...{ sessions: 3, sinceSeconds: 65 },
    },
    {
      ...{ entry: 'primary', node: 'pg2', isUp: false, state: 'DOWN', check: 'L7STS 503' },
      ...{ sessions: 0, sinceSeconds: 7 },
    },
  ]);
});

test.each(['', '\n', 'HTTP/1.0 503 Service Unavailable\n'])('%j is no answer of HAProxy', (text) => {
  expect(parseStatistics(text)).toBeUndefined();
});
