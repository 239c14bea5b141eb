-- What the role that the program works as may do: read and write rows, and add to the audit trail, which it can neither
-- change nor cut. The tables belong to another role, the owner, as which nothing runs.
--
--   CREATE ROLE skiptrace LOGIN PASSWORD '...';                             -- once
--   SKIPTRACE_DATABASE=postgresql://owner:...@db/skiptrace skiptrace status -- makes or upgrades the tables
--   psql -d skiptrace -f deploy/postgres/rights.sql                         -- as the owner, after that
--
-- Run it again after every upgrade, in the database of the cases. The vault needs no such rights: it holds no audit.

GRANT USAGE ON SCHEMA public TO skiptrace;
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO skiptrace;
GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO skiptrace;
REVOKE UPDATE, DELETE, TRUNCATE ON audit FROM skiptrace;
REVOKE INSERT, UPDATE, DELETE ON alembic_version FROM skiptrace;
