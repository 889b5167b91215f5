import { identifier } from '../postgres/session.ts';
import type { Table } from './catalogue.ts';

/** What is published of each table: not TRUNCATE, because an emptied copy must never empty its source. */
export const PUBLISHED = `publish = 'insert, update, delete'`;

export function tableList(tables: readonly Table[]): string {
  return tables.map(({ schema, table }) => `${identifier(schema)}.${identifier(table)}`).join(', ');
}

/** The statement that makes a publication; it names its tables, so that it needs no rights that managed services keep. */
export function createPublication(name: string, tables: readonly Table[]): string {
  return `CREATE PUBLICATION ${identifier(name)} FOR TABLE ${tableList(tables)} WITH (${PUBLISHED})`;
}
