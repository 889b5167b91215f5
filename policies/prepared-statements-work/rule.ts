import type { Rule } from '../rule.ts';

export const preparedStatementsWork: Rule = {
  code: 'TD503',
  name: 'prepared-statements-work',
  severity: 'error',
  law: 'Under transaction pooling PgBouncer tracks prepared statements, which it can from version 1.21 on; before, drivers fail at random.',
  check({ pgbouncer, images }) {
    if (pgbouncer.poolMode !== 'transaction') return [];
    const match = /^v?(\d+)\.(\d+)/.exec(images.pgbouncer.tag);
    if (!match)
      return [
        {
          paths: ['images.pgbouncer.tag'],
          message: `tag ${images.pgbouncer.tag} does not say its version`,
          hint: 'Use an exact version such as 1.25.2.',
        },
      ];
    if (Number(match[1]) === 1 && Number(match[2]) < 21)
      return [
        {
          paths: ['images.pgbouncer.tag', 'pgbouncer.poolMode'],
          message: `PgBouncer ${images.pgbouncer.tag} is older than 1.21`,
          hint: 'Use 1.21 or later, or session pooling.',
        },
      ];
    if (pgbouncer.maxPreparedStatements === 0)
      return [
        {
          paths: ['pgbouncer.maxPreparedStatements', 'pgbouncer.poolMode'],
          message: '0 turns prepared statements off',
          hint: 'Set it to 200, or to what the largest client prepares.',
          severity: 'warning',
        },
      ];
    return [];
  },
};
