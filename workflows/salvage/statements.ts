import { identifier, literal } from '../postgres/session.ts';
import type { Change } from './transactions.ts';

/** The statement that makes one change on a database that has not seen it. */
export function statementOf({ table, action, key, next }: Change): string {
  const dot = table.indexOf('.');
  const name = `${identifier(table.slice(0, dot))}.${identifier(table.slice(dot + 1))}`;
  const value = (one: string | null | undefined): string => (one === null || one === undefined ? 'NULL' : literal(one));
  const where = Object.entries(key)
    .map(([column, one]) => `${identifier(column)} ${one === null ? 'IS NULL' : `= ${value(one)}`}`)
    .join(' AND ');
  const values = Object.entries(next ?? {});
  switch (action) {
    case 'insert':
      return `INSERT INTO ${name} (${values.map(([column]) => identifier(column)).join(', ')}) OVERRIDING SYSTEM VALUE VALUES (${values.map(([, one]) => value(one)).join(', ')});`;
    case 'update':
      return `UPDATE ${name} SET ${values.map(([column, one]) => `${identifier(column)} = ${value(one)}`).join(', ')} WHERE ${where};`;
    case 'delete':
      return `DELETE FROM ${name} WHERE ${where};`;
  }
}
