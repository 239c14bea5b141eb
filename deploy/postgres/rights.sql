-- What the role that the program works as may do: read and write rows, and add to the audit trail, which it can neither
-- change nor cut. The tables belong to another role, the owner, as which nothing runs.
--
-- Once: CREATE ROLE skiptrace LOGIN PASSWORD '...'. Then, and after every upgrade, the owner makes the tables with the
-- fleet's settings and runs this file in the database of the cases (docs/deployment.md has both commands). The vault
-- needs no such rights: it holds no audit.

GRANT USAGE ON SCHEMA public TO skiptrace;
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO skiptrace;
GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO skiptrace;
REVOKE UPDATE, DELETE, TRUNCATE ON audit FROM skiptrace;
REVOKE INSERT, UPDATE, DELETE ON alembic_version FROM skiptrace;
