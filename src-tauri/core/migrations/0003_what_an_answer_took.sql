-- What computed an answer, and where its speed came from.
ALTER TABLE messages ADD COLUMN restored_tokens INTEGER NOT NULL DEFAULT 0;
ALTER TABLE messages ADD COLUMN drafted_tokens INTEGER NOT NULL DEFAULT 0;
ALTER TABLE messages ADD COLUMN accepted_tokens INTEGER NOT NULL DEFAULT 0;
ALTER TABLE messages ADD COLUMN device TEXT;
