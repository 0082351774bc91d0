-- What had happened before a receiver was added is none of its business. Clocks are set, so that the outbox's own numbers say
-- what came before: this was its newest then.
ALTER TABLE webhooks ADD COLUMN after INTEGER NOT NULL DEFAULT 0;
