"""The newest traces of a tenant, or of an account, in order and without reading all of them."""

from alembic import op

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    op.create_index("ix_traces_tenant_finished_at_trace_id", "traces", ["tenant", "finished_at", "trace_id"])
    of_account = ["tenant", "account_id", "finished_at", "trace_id"]
    op.create_index("ix_traces_tenant_account_id_finished_at_trace_id", "traces", of_account)
    op.drop_index("ix_traces_tenant_account_id", "traces")
