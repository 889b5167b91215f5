/** What a drill's clients work on: accounts whose balances always add up, and transfers with a key of their own. */
export const ACCOUNTS = 20;
export const BALANCE = 1000;

export const SCHEMA = `
CREATE TABLE account (id int PRIMARY KEY, balance int NOT NULL);
CREATE TABLE transfer (
  id bigserial PRIMARY KEY,
  key text NOT NULL UNIQUE,
  source int NOT NULL,
  target int NOT NULL,
  amount int NOT NULL,
  epoch bigint NOT NULL,
  at timestamptz NOT NULL DEFAULT clock_timestamp()
);
`;
