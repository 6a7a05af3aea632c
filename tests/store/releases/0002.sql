PRAGMA application_id=1347703371;
CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL, 
	CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
CREATE TABLE apart (
	first VARCHAR NOT NULL, 
	second VARCHAR NOT NULL, 
	decided_at DATETIME NOT NULL, 
	PRIMARY KEY (first, second)
);
CREATE TABLE change (
	stream VARCHAR NOT NULL, 
	paper_pk INTEGER NOT NULL, 
	number INTEGER NOT NULL, 
	PRIMARY KEY (stream, paper_pk)
);
CREATE TABLE paper (
	pk INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	id VARCHAR NOT NULL, 
	id_fixed BOOLEAN NOT NULL, 
	title TEXT NOT NULL, 
	title_key VARCHAR NOT NULL, 
	abstract TEXT, 
	abstract_source VARCHAR, 
	authors JSON NOT NULL, 
	published DATE, 
	year INTEGER, 
	venue VARCHAR, 
	urls JSON NOT NULL, 
	code JSON NOT NULL, 
	results JSON NOT NULL, 
	aliases JSON NOT NULL, 
	provenance JSON NOT NULL, 
	added_at DATETIME NOT NULL, 
	news_at DATETIME NOT NULL, 
	changed_at DATETIME NOT NULL, 
	CONSTRAINT paper_id UNIQUE (id)
);
CREATE TABLE setting (
	name VARCHAR NOT NULL, 
	value TEXT NOT NULL, 
	PRIMARY KEY (name)
);
CREATE TABLE source (
	slug VARCHAR NOT NULL, 
	kind VARCHAR NOT NULL, 
	title VARCHAR NOT NULL, 
	url VARCHAR NOT NULL, 
	description TEXT NOT NULL, 
	enabled BOOLEAN NOT NULL, 
	interval_hours FLOAT NOT NULL, 
	options JSON NOT NULL, 
	builtin BOOLEAN NOT NULL, 
	position INTEGER NOT NULL, 
	added_at DATETIME NOT NULL, 
	content_hash VARCHAR, 
	last_fetch_at DATETIME, 
	last_success_at DATETIME, 
	last_change_at DATETIME, 
	next_fetch_at DATETIME, 
	failures INTEGER NOT NULL, 
	last_error TEXT, 
	removed_at DATETIME, 
	PRIMARY KEY (slug)
);
CREATE TABLE concept_link (
	paper_pk INTEGER NOT NULL, 
	slug VARCHAR NOT NULL, 
	score FLOAT NOT NULL, 
	evidence TEXT NOT NULL, 
	linked_at DATETIME NOT NULL, 
	PRIMARY KEY (paper_pk, slug), 
	FOREIGN KEY(paper_pk) REFERENCES paper (pk) ON DELETE CASCADE
);
CREATE TABLE concept_verdict (
	paper_pk INTEGER NOT NULL, 
	slug VARCHAR NOT NULL, 
	accepted BOOLEAN NOT NULL, 
	decided_at DATETIME NOT NULL, 
	PRIMARY KEY (paper_pk, slug), 
	FOREIGN KEY(paper_pk) REFERENCES paper (pk) ON DELETE CASCADE
);
CREATE TABLE duplicate (
	pk INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	first_pk INTEGER NOT NULL, 
	second_pk INTEGER NOT NULL, 
	verdict VARCHAR NOT NULL, 
	score FLOAT NOT NULL, 
	evidence JSON NOT NULL, 
	decided_by VARCHAR NOT NULL, 
	found_at DATETIME NOT NULL, 
	decided_at DATETIME, 
	CONSTRAINT duplicate_order CHECK (first_pk < second_pk), 
	FOREIGN KEY(first_pk) REFERENCES paper (pk) ON DELETE CASCADE, 
	FOREIGN KEY(second_pk) REFERENCES paper (pk) ON DELETE CASCADE, 
	CONSTRAINT duplicate_pair UNIQUE (first_pk, second_pk)
);
CREATE TABLE identifier (
	scheme VARCHAR NOT NULL, 
	value VARCHAR NOT NULL, 
	paper_pk INTEGER NOT NULL, 
	source VARCHAR NOT NULL, 
	seen_at DATETIME NOT NULL, 
	PRIMARY KEY (scheme, value), 
	FOREIGN KEY(paper_pk) REFERENCES paper (pk) ON DELETE CASCADE
);
CREATE TABLE lookup (
	paper_pk INTEGER NOT NULL, 
	service VARCHAR NOT NULL, 
	asked VARCHAR NOT NULL, 
	state VARCHAR NOT NULL, 
	asked_at DATETIME NOT NULL, 
	retry_at DATETIME, 
	attempts INTEGER NOT NULL, 
	detail TEXT, 
	PRIMARY KEY (paper_pk, service, asked), 
	FOREIGN KEY(paper_pk) REFERENCES paper (pk) ON DELETE CASCADE
);
CREATE TABLE mention (
	pk INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	source_slug VARCHAR NOT NULL, 
	"key" VARCHAR NOT NULL, 
	paper_pk INTEGER NOT NULL, 
	title TEXT NOT NULL, 
	alias VARCHAR, 
	url TEXT, 
	same_as JSON NOT NULL, 
	links JSON NOT NULL, 
	text TEXT NOT NULL, 
	section JSON NOT NULL, 
	marker VARCHAR, 
	authors JSON NOT NULL, 
	year INTEGER, 
	month INTEGER, 
	week_start DATE, 
	week_end DATE, 
	rank INTEGER, 
	document VARCHAR NOT NULL, 
	line INTEGER, 
	abstract TEXT, 
	published DATE, 
	code JSON NOT NULL, 
	first_seen_at DATETIME NOT NULL, 
	last_changed_at DATETIME NOT NULL, 
	gone_at DATETIME, 
	FOREIGN KEY(paper_pk) REFERENCES paper (pk) ON DELETE CASCADE, 
	FOREIGN KEY(source_slug) REFERENCES source (slug) ON DELETE RESTRICT, 
	CONSTRAINT mention_place UNIQUE (source_slug, "key")
);
CREATE TABLE merge (
	pk INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	winner_pk INTEGER NOT NULL, 
	loser_pk INTEGER NOT NULL, 
	loser_id VARCHAR NOT NULL, 
	reason VARCHAR NOT NULL, 
	decided_by VARCHAR NOT NULL, 
	merged_at DATETIME NOT NULL, 
	undone_at DATETIME, 
	snapshot JSON NOT NULL, 
	FOREIGN KEY(winner_pk) REFERENCES paper (pk) ON DELETE CASCADE
);
CREATE TABLE metadata (
	pk INTEGER NOT NULL, 
	paper_pk INTEGER NOT NULL, 
	service VARCHAR NOT NULL, 
	asked VARCHAR NOT NULL, 
	payload JSON NOT NULL, 
	fetched_at DATETIME NOT NULL, 
	PRIMARY KEY (pk), 
	FOREIGN KEY(paper_pk) REFERENCES paper (pk) ON DELETE CASCADE, 
	CONSTRAINT metadata_answer UNIQUE (paper_pk, service, asked)
);
CREATE TABLE note (
	id VARCHAR NOT NULL, 
	paper_pk INTEGER NOT NULL, 
	body TEXT NOT NULL, 
	created_at DATETIME NOT NULL, 
	updated_at DATETIME NOT NULL, 
	PRIMARY KEY (id), 
	FOREIGN KEY(paper_pk) REFERENCES paper (pk) ON DELETE CASCADE
);
CREATE TABLE paper_alias (
	id VARCHAR NOT NULL, 
	paper_pk INTEGER NOT NULL, 
	PRIMARY KEY (id), 
	FOREIGN KEY(paper_pk) REFERENCES paper (pk) ON DELETE CASCADE
);
CREATE TABLE paper_text (
	paper_pk INTEGER NOT NULL, 
	title TEXT NOT NULL, 
	abstract TEXT NOT NULL, 
	authors TEXT NOT NULL, 
	listed TEXT NOT NULL, 
	notes TEXT NOT NULL, 
	text_hash VARCHAR NOT NULL, 
	PRIMARY KEY (paper_pk), 
	FOREIGN KEY(paper_pk) REFERENCES paper (pk) ON DELETE CASCADE
);
CREATE TABLE reading (
	paper_pk INTEGER NOT NULL, 
	status VARCHAR NOT NULL, 
	status_at DATETIME, 
	rating INTEGER, 
	rating_at DATETIME, 
	priority INTEGER NOT NULL, 
	priority_at DATETIME, 
	seen_at DATETIME, 
	queued_at DATETIME, 
	started_at DATETIME, 
	finished_at DATETIME, 
	PRIMARY KEY (paper_pk), 
	CONSTRAINT reading_status CHECK (status IN ('inbox', 'queued', 'reading', 'read', 'skipped')), 
	CONSTRAINT reading_rating CHECK (rating BETWEEN 1 AND 5), 
	FOREIGN KEY(paper_pk) REFERENCES paper (pk) ON DELETE CASCADE
);
CREATE TABLE tag (
	paper_pk INTEGER NOT NULL, 
	name VARCHAR NOT NULL, 
	added_at DATETIME NOT NULL, 
	PRIMARY KEY (paper_pk, name), 
	FOREIGN KEY(paper_pk) REFERENCES paper (pk) ON DELETE CASCADE
);
CREATE TABLE vector (
	paper_pk INTEGER NOT NULL, 
	model VARCHAR NOT NULL, 
	window INTEGER NOT NULL, 
	text_hash VARCHAR NOT NULL, 
	dims INTEGER NOT NULL, 
	data BLOB NOT NULL, 
	PRIMARY KEY (paper_pk, model, window), 
	FOREIGN KEY(paper_pk) REFERENCES paper (pk) ON DELETE CASCADE
);
CREATE TABLE saved_search (
	name VARCHAR NOT NULL, 
	"query" TEXT NOT NULL, 
	created_at DATETIME NOT NULL, 
	seen_at DATETIME NOT NULL, 
	seen_papers JSON NOT NULL, 
	PRIMARY KEY (name)
);
INSERT INTO alembic_version VALUES ('0002');
INSERT INTO change VALUES ('texts', 1, 8);
INSERT INTO change VALUES ('texts', 2, 2);
INSERT INTO change VALUES ('texts', 3, 13);
INSERT INTO change VALUES ('texts', 4, 11);
INSERT INTO change VALUES ('desk', 1, 6);
INSERT INTO change VALUES ('desk', 2, 2);
INSERT INTO change VALUES ('desk', 3, 8);
INSERT INTO change VALUES ('vectors:small-model@1234', 1, 1);
INSERT INTO change VALUES ('vectors:small-model@1234', 2, 2);
INSERT INTO change VALUES ('desk', 4, 7);
INSERT INTO paper VALUES (1, 'arxiv:2401.00001', 0, 'On the Matter of 2401.00001', 'on the matter of 2401.00001', NULL, NULL, '["Ada Moss","Bo Lind"]', NULL, 2024, NULL, '[]', '[]', '[]', '[]', '{}', '2026-05-04 12:00:00.000000', '2026-05-04 12:00:00.000000', '2026-05-04 12:00:00.000000');
INSERT INTO paper VALUES (2, 'arxiv:2401.00002', 0, 'On the Matter of 2401.00002', 'on the matter of 2401.00002', NULL, NULL, '["Ada Moss","Bo Lind"]', NULL, 2024, NULL, '[]', '[]', '[]', '[]', '{}', '2026-05-04 12:00:00.000000', '2026-05-04 12:00:00.000000', '2026-05-04 12:00:00.000000');
INSERT INTO paper VALUES (3, 'arxiv:2401.00003', 0, 'On the Matter of 2401.00003', 'on the matter of 2401.00003', NULL, NULL, '["Ada Moss","Bo Lind"]', NULL, 2024, NULL, '[]', '[]', '[]', '[]', '{}', '2026-05-04 12:00:00.000000', '2026-05-04 12:00:00.000000', '2026-05-04 12:09:00.000000');
INSERT INTO source VALUES ('weekly', 'markdown', 'weekly', 'https://example.org/weekly', '', 1, 24.0, '{}', 0, 0, '2026-05-04 12:00:00.000000', NULL, NULL, NULL, NULL, NULL, 0, NULL, NULL);
INSERT INTO concept_link VALUES (1, 'attention', 0.7, 'by name', '2026-05-04 12:00:00.000000');
INSERT INTO concept_verdict VALUES (2, 'attention', 1, '2026-05-04 12:06:00.000000');
INSERT INTO duplicate VALUES (1, 2, 3, 'unsure', 0.6, '["titles alike"]', 'tracker', '2026-05-04 12:07:00.000000', NULL);
INSERT INTO identifier VALUES ('arxiv', '2401.00001', 1, 'weekly', '2026-05-04 12:00:00.000000');
INSERT INTO identifier VALUES ('arxiv', '2401.00002', 2, 'weekly', '2026-05-04 12:00:00.000000');
INSERT INTO identifier VALUES ('arxiv', '2401.00003', 3, 'weekly', '2026-05-04 12:00:00.000000');
INSERT INTO identifier VALUES ('arxiv', '2401.00004', 3, 'weekly', '2026-05-04 12:00:00.000000');
INSERT INTO lookup VALUES (1, 'arxiv', 'arxiv:2401.00001', 'found', '2026-05-04 12:00:00.000000', NULL, 1, NULL);
INSERT INTO lookup VALUES (2, 'arxiv', 'arxiv:2401.00002', 'found', '2026-05-04 12:00:00.000000', NULL, 1, NULL);
INSERT INTO lookup VALUES (3, 'arxiv', 'arxiv:2401.00003', 'found', '2026-05-04 12:00:00.000000', NULL, 1, NULL);
INSERT INTO lookup VALUES (3, 'arxiv', 'arxiv:2401.00004', 'found', '2026-05-04 12:00:00.000000', NULL, 1, NULL);
INSERT INTO mention VALUES (1, 'weekly', 'weekly/2401.00001', 1, 'Listed 2401.00001', NULL, 'https://arxiv.org/abs/2401.00001', '[]', '[["Paper","https://a"]]', '', '[]', NULL, '[]', NULL, NULL, NULL, NULL, NULL, '', NULL, NULL, NULL, '[]', '2026-05-04 12:00:00.000000', '2026-05-04 12:00:00.000000', NULL);
INSERT INTO mention VALUES (2, 'weekly', 'weekly/2401.00002', 2, 'Listed 2401.00002', NULL, 'https://arxiv.org/abs/2401.00002', '[]', '[["Paper","https://a"]]', '', '[]', NULL, '[]', NULL, NULL, NULL, NULL, NULL, '', NULL, NULL, NULL, '[]', '2026-05-04 12:00:00.000000', '2026-05-04 12:00:00.000000', NULL);
INSERT INTO mention VALUES (3, 'weekly', 'weekly/2401.00003', 3, 'Listed 2401.00003', NULL, 'https://arxiv.org/abs/2401.00003', '[]', '[["Paper","https://a"]]', '', '[]', NULL, '[]', NULL, NULL, NULL, NULL, NULL, '', NULL, NULL, NULL, '[]', '2026-05-04 12:00:00.000000', '2026-05-04 12:00:00.000000', NULL);
INSERT INTO mention VALUES (4, 'weekly', 'weekly/2401.00004', 3, 'Listed 2401.00004', NULL, 'https://arxiv.org/abs/2401.00004', '[]', '[["Paper","https://a"]]', '', '[]', NULL, '[]', NULL, NULL, NULL, NULL, NULL, '', NULL, NULL, NULL, '[]', '2026-05-04 12:00:00.000000', '2026-05-04 12:00:00.000000', NULL);
INSERT INTO merge VALUES (1, 3, 4, 'arxiv:2401.00004', 'the same', 'person', '2026-05-04 12:09:00.000000', NULL, '{"winner_pk":3,"pair":[],"winner":{"paper":[{"id":"arxiv:2401.00003","id_fixed":0,"title":"On the Matter of 2401.00003","title_key":"on the matter of 2401.00003","abstract":null,"abstract_source":null,"authors":"[\"Ada Moss\",\"Bo Lind\"]","published":null,"year":2024,"venue":null,"urls":"[]","code":"[]","results":"[]","aliases":"[]","provenance":"{}","added_at":"2026-05-04 12:00:00.000000","news_at":"2026-05-04 12:00:00.000000","changed_at":"2026-05-04 12:00:00.000000"}],"paper_text":[{"title":"On the Matter of 2401.00003","abstract":"We study 2401.00003.","authors":"Ada Moss; Bo Lind","listed":"","notes":"","text_hash":"c7792092faae3f6453af434827141dc61c93820e6d523eee014e55f281d7e7e1"}],"paper_alias":[],"identifier":[{"scheme":"arxiv","value":"2401.00003"}],"mention":[{"pk":3}],"note":[],"merge":[],"metadata":[{"service":"arxiv","asked":"arxiv:2401.00003","payload":"{\"title\":\"2401.00003\"}","fetched_at":"2026-05-04 12:00:00.000000"}],"lookup":[{"service":"arxiv","asked":"arxiv:2401.00003","state":"found","asked_at":"2026-05-04 12:00:00.000000","retry_at":null,"attempts":1,"detail":null}],"tag":[],"concept_link":[],"concept_verdict":[],"vector":[],"reading":[{"status":"inbox","status_at":null,"rating":null,"rating_at":null,"priority":0,"priority_at":null,"seen_at":"2026-05-04 12:03:00.000000","queued_at":null,"started_at":null,"finished_at":null}],"duplicate":[{"pk":1,"verdict":"unsure","score":0.6,"evidence":"[\"titles alike\"]","decided_by":"tracker","found_at":"2026-05-04 12:07:00.000000","decided_at":null,"other":2}]},"loser":{"paper":[{"id":"arxiv:2401.00004","id_fixed":0,"title":"On the Matter of 2401.00004","title_key":"on the matter of 2401.00004","abstract":null,"abstract_source":null,"authors":"[\"Ada Moss\",\"Bo Lind\"]","published":null,"year":2024,"venue":null,"urls":"[]","code":"[]","results":"[]","aliases":"[]","provenance":"{}","added_at":"2026-05-04 12:00:00.000000","news_at":"2026-05-04 12:00:00.000000","changed_at":"2026-05-04 12:00:00.000000"}],"paper_text":[{"title":"On the Matter of 2401.00004","abstract":"We study 2401.00004.","authors":"Ada Moss; Bo Lind","listed":"","notes":"on what was merged","text_hash":"e8fc7c957d1bcaa3ae6a48e129fbec4b87d20235d519237c4ab720b79fea21c1"}],"paper_alias":[],"identifier":[{"scheme":"arxiv","value":"2401.00004"}],"mention":[{"pk":4}],"note":[{"id":"961acbb95365"}],"merge":[],"metadata":[{"service":"arxiv","asked":"arxiv:2401.00004","payload":"{\"title\":\"2401.00004\"}","fetched_at":"2026-05-04 12:00:00.000000"}],"lookup":[{"service":"arxiv","asked":"arxiv:2401.00004","state":"found","asked_at":"2026-05-04 12:00:00.000000","retry_at":null,"attempts":1,"detail":null}],"tag":[],"concept_link":[],"concept_verdict":[],"vector":[],"reading":[],"duplicate":[]}}');
INSERT INTO metadata VALUES (1, 1, 'arxiv', 'arxiv:2401.00001', '{"title":"2401.00001"}', '2026-05-04 12:00:00.000000');
INSERT INTO metadata VALUES (2, 2, 'arxiv', 'arxiv:2401.00002', '{"title":"2401.00002"}', '2026-05-04 12:00:00.000000');
INSERT INTO metadata VALUES (3, 3, 'arxiv', 'arxiv:2401.00003', '{"title":"2401.00003"}', '2026-05-04 12:00:00.000000');
INSERT INTO metadata VALUES (4, 3, 'arxiv', 'arxiv:2401.00004', '{"title":"2401.00004"}', '2026-05-04 12:00:00.000000');
INSERT INTO note VALUES ('3aac736c89bd', 1, 'Über Aufmerksamkeit: *the moon*, ''quoted''; --', '2026-05-04 12:04:00.000000', '2026-05-04 12:04:00.000000');
INSERT INTO note VALUES ('961acbb95365', 3, 'on what was merged', '2026-05-04 12:08:00.000000', '2026-05-04 12:08:00.000000');
INSERT INTO paper_alias VALUES ('arxiv:2401.00004', 3);
INSERT INTO paper_text VALUES (1, 'On the Matter of 2401.00001', 'We study 2401.00001.', 'Ada Moss; Bo Lind', '', 'Über Aufmerksamkeit: *the moon*, ''quoted''; --
heads
to try', 'ded090333c03a389c24805159fb14b39a6f51030b24a7425d41a09abc486684e');
INSERT INTO paper_text VALUES (2, 'On the Matter of 2401.00002', 'We study 2401.00002.', 'Ada Moss; Bo Lind', '', '', '8df2c77a67f77d941bbaea6ab894aa8e2ffaa52681a96bf7670844ea8a54008e');
INSERT INTO paper_text VALUES (3, 'On the Matter of 2401.00003', 'We study 2401.00003.', 'Ada Moss; Bo Lind', '', 'on what was merged', 'c7792092faae3f6453af434827141dc61c93820e6d523eee014e55f281d7e7e1');
INSERT INTO reading VALUES (1, 'reading', '2026-05-04 12:01:00.000000', 4, '2026-05-04 12:01:00.000000', 2, '2026-05-04 12:01:00.000000', NULL, NULL, '2026-05-04 12:01:00.000000', NULL);
INSERT INTO reading VALUES (2, 'queued', '2026-05-04 12:02:00.000000', NULL, NULL, 0, NULL, NULL, '2026-05-04 12:02:00.000000', NULL, NULL);
INSERT INTO reading VALUES (3, 'inbox', NULL, NULL, NULL, 0, NULL, '2026-05-04 12:03:00.000000', NULL, NULL, NULL);
INSERT INTO tag VALUES (1, 'heads', '2026-05-04 12:05:00.000000');
INSERT INTO tag VALUES (1, 'to try', '2026-05-04 12:05:00.000000');
INSERT INTO vector VALUES (1, 'small-model@1234', 0, 'ded090333c03a389c24805159fb14b39a6f51030b24a7425d41a09abc486684e', 8, X'61B82B3E6021CC3E9331243E5AE221BF59EFE03E85CD5D3ED56785BEDA60903E');
INSERT INTO vector VALUES (2, 'small-model@1234', 0, '8df2c77a67f77d941bbaea6ab894aa8e2ffaa52681a96bf7670844ea8a54008e', 8, X'1874623D6D8A1CBEBD63F7BD56C736BFD9BB063F7550AB3E7CE6C2BDCBB8673E');
INSERT INTO sqlite_sequence VALUES ('paper', 4);
INSERT INTO sqlite_sequence VALUES ('mention', 4);
INSERT INTO sqlite_sequence VALUES ('duplicate', 1);
INSERT INTO sqlite_sequence VALUES ('merge', 1);
CREATE INDEX ix_change_number ON change (stream, number);
CREATE INDEX ix_paper_added ON paper (added_at, id);
CREATE INDEX ix_paper_news ON paper (news_at, id);
CREATE INDEX ix_paper_title_key ON paper (title_key);
CREATE INDEX ix_paper_year ON paper (year);
CREATE INDEX ix_concept_link_slug ON concept_link (slug);
CREATE INDEX ix_duplicate_first_pk ON duplicate (first_pk);
CREATE INDEX ix_duplicate_second_pk ON duplicate (second_pk);
CREATE INDEX ix_duplicate_verdict ON duplicate (verdict);
CREATE INDEX ix_identifier_paper_pk ON identifier (paper_pk);
CREATE INDEX ix_lookup_state ON lookup (state);
CREATE INDEX ix_mention_list ON mention (source_slug, gone_at, paper_pk);
CREATE INDEX ix_mention_paper ON mention (paper_pk, source_slug, gone_at, first_seen_at);
CREATE INDEX ix_merge_loser_id ON merge (loser_id);
CREATE INDEX ix_merge_winner_pk ON merge (winner_pk);
CREATE INDEX ix_metadata_paper_pk ON metadata (paper_pk);
CREATE INDEX ix_note_paper_pk ON note (paper_pk);
CREATE INDEX ix_paper_alias_paper_pk ON paper_alias (paper_pk);
CREATE INDEX ix_paper_text_text_hash ON paper_text (text_hash);
CREATE INDEX ix_reading_status ON reading (status);
CREATE INDEX ix_tag_name ON tag (name);
CREATE VIRTUAL TABLE paper_fts USING fts5(
        title, abstract, authors, listed, notes,
        content='paper_text', content_rowid='paper_pk',
        tokenize='porter unicode61 remove_diacritics 2'
    );
INSERT INTO paper_fts (paper_fts) VALUES ('rebuild');
CREATE TRIGGER paper_text_inserted AFTER INSERT ON paper_text BEGIN 
    INSERT INTO paper_fts (rowid, title, abstract, authors, listed, notes)
    VALUES (new.paper_pk, new.title, new.abstract, new.authors, new.listed, new.notes);

    INSERT INTO change (stream, paper_pk, number)
    VALUES (
        'texts', new.paper_pk, (SELECT coalesce(max(number), 0) + 1 FROM change WHERE stream = 'texts')
    )
    ON CONFLICT (stream, paper_pk) DO UPDATE SET number = excluded.number;
 END;
CREATE TRIGGER paper_text_deleted AFTER DELETE ON paper_text BEGIN 
    INSERT INTO paper_fts (paper_fts, rowid, title, abstract, authors, listed, notes)
    VALUES ('delete', old.paper_pk, old.title, old.abstract, old.authors, old.listed, old.notes);

    INSERT INTO change (stream, paper_pk, number)
    VALUES (
        'texts', old.paper_pk, (SELECT coalesce(max(number), 0) + 1 FROM change WHERE stream = 'texts')
    )
    ON CONFLICT (stream, paper_pk) DO UPDATE SET number = excluded.number;
 END;
CREATE TRIGGER paper_text_updated AFTER UPDATE OF paper_pk, title, abstract, authors, listed, notes ON paper_text BEGIN 
    INSERT INTO paper_fts (paper_fts, rowid, title, abstract, authors, listed, notes)
    VALUES ('delete', old.paper_pk, old.title, old.abstract, old.authors, old.listed, old.notes);

    INSERT INTO paper_fts (rowid, title, abstract, authors, listed, notes)
    VALUES (new.paper_pk, new.title, new.abstract, new.authors, new.listed, new.notes);

    INSERT INTO change (stream, paper_pk, number)
    VALUES (
        'texts', old.paper_pk, (SELECT coalesce(max(number), 0) + 1 FROM change WHERE stream = 'texts')
    )
    ON CONFLICT (stream, paper_pk) DO UPDATE SET number = excluded.number;

    INSERT INTO change (stream, paper_pk, number)
    VALUES (
        'texts', new.paper_pk, (SELECT coalesce(max(number), 0) + 1 FROM change WHERE stream = 'texts')
    )
    ON CONFLICT (stream, paper_pk) DO UPDATE SET number = excluded.number;
 END;
CREATE TRIGGER vector_inserted AFTER INSERT ON vector BEGIN 
    INSERT INTO change (stream, paper_pk, number)
    VALUES (
        'vectors:' || new.model, new.paper_pk, (SELECT coalesce(max(number), 0) + 1 FROM change WHERE stream = 'vectors:' || new.model)
    )
    ON CONFLICT (stream, paper_pk) DO UPDATE SET number = excluded.number;
 END;
CREATE TRIGGER vector_deleted AFTER DELETE ON vector BEGIN 
    INSERT INTO change (stream, paper_pk, number)
    VALUES (
        'vectors:' || old.model, old.paper_pk, (SELECT coalesce(max(number), 0) + 1 FROM change WHERE stream = 'vectors:' || old.model)
    )
    ON CONFLICT (stream, paper_pk) DO UPDATE SET number = excluded.number;
 END;
CREATE TRIGGER vector_updated AFTER UPDATE ON vector BEGIN 
    INSERT INTO change (stream, paper_pk, number)
    VALUES (
        'vectors:' || old.model, old.paper_pk, (SELECT coalesce(max(number), 0) + 1 FROM change WHERE stream = 'vectors:' || old.model)
    )
    ON CONFLICT (stream, paper_pk) DO UPDATE SET number = excluded.number;

    INSERT INTO change (stream, paper_pk, number)
    VALUES (
        'vectors:' || new.model, new.paper_pk, (SELECT coalesce(max(number), 0) + 1 FROM change WHERE stream = 'vectors:' || new.model)
    )
    ON CONFLICT (stream, paper_pk) DO UPDATE SET number = excluded.number;
 END;
CREATE TRIGGER note_inserted AFTER INSERT ON note BEGIN 
    INSERT INTO change (stream, paper_pk, number)
    VALUES ('desk', new.paper_pk, (SELECT coalesce(max(number), 0) + 1 FROM change WHERE stream = 'desk'))
    ON CONFLICT (stream, paper_pk) DO UPDATE SET number = excluded.number;
 END;
CREATE TRIGGER note_deleted AFTER DELETE ON note BEGIN 
    INSERT INTO change (stream, paper_pk, number)
    VALUES ('desk', old.paper_pk, (SELECT coalesce(max(number), 0) + 1 FROM change WHERE stream = 'desk'))
    ON CONFLICT (stream, paper_pk) DO UPDATE SET number = excluded.number;
 END;
CREATE TRIGGER note_updated AFTER UPDATE ON note BEGIN 
    INSERT INTO change (stream, paper_pk, number)
    VALUES ('desk', new.paper_pk, (SELECT coalesce(max(number), 0) + 1 FROM change WHERE stream = 'desk'))
    ON CONFLICT (stream, paper_pk) DO UPDATE SET number = excluded.number;
 END;
CREATE TRIGGER reading_inserted AFTER INSERT ON reading BEGIN 
    INSERT INTO change (stream, paper_pk, number)
    VALUES ('desk', new.paper_pk, (SELECT coalesce(max(number), 0) + 1 FROM change WHERE stream = 'desk'))
    ON CONFLICT (stream, paper_pk) DO UPDATE SET number = excluded.number;
 END;
CREATE TRIGGER reading_deleted AFTER DELETE ON reading BEGIN 
    INSERT INTO change (stream, paper_pk, number)
    VALUES ('desk', old.paper_pk, (SELECT coalesce(max(number), 0) + 1 FROM change WHERE stream = 'desk'))
    ON CONFLICT (stream, paper_pk) DO UPDATE SET number = excluded.number;
 END;
CREATE TRIGGER reading_updated AFTER UPDATE ON reading BEGIN 
    INSERT INTO change (stream, paper_pk, number)
    VALUES ('desk', new.paper_pk, (SELECT coalesce(max(number), 0) + 1 FROM change WHERE stream = 'desk'))
    ON CONFLICT (stream, paper_pk) DO UPDATE SET number = excluded.number;
 END;
CREATE TRIGGER tag_inserted AFTER INSERT ON tag BEGIN 
    INSERT INTO change (stream, paper_pk, number)
    VALUES ('desk', new.paper_pk, (SELECT coalesce(max(number), 0) + 1 FROM change WHERE stream = 'desk'))
    ON CONFLICT (stream, paper_pk) DO UPDATE SET number = excluded.number;
 END;
CREATE TRIGGER tag_deleted AFTER DELETE ON tag BEGIN 
    INSERT INTO change (stream, paper_pk, number)
    VALUES ('desk', old.paper_pk, (SELECT coalesce(max(number), 0) + 1 FROM change WHERE stream = 'desk'))
    ON CONFLICT (stream, paper_pk) DO UPDATE SET number = excluded.number;
 END;
CREATE TRIGGER tag_updated AFTER UPDATE ON tag BEGIN 
    INSERT INTO change (stream, paper_pk, number)
    VALUES ('desk', new.paper_pk, (SELECT coalesce(max(number), 0) + 1 FROM change WHERE stream = 'desk'))
    ON CONFLICT (stream, paper_pk) DO UPDATE SET number = excluded.number;
 END;
CREATE TRIGGER seen_until_inserted AFTER INSERT ON setting WHEN new.name = 'seen_until' BEGIN 
    INSERT INTO change (stream, paper_pk, number)
    VALUES ('desk', 0, (SELECT coalesce(max(number), 0) + 1 FROM change WHERE stream = 'desk'))
    ON CONFLICT (stream, paper_pk) DO UPDATE SET number = excluded.number;
 END;
CREATE TRIGGER seen_until_updated AFTER UPDATE ON setting WHEN new.name = 'seen_until' BEGIN 
    INSERT INTO change (stream, paper_pk, number)
    VALUES ('desk', 0, (SELECT coalesce(max(number), 0) + 1 FROM change WHERE stream = 'desk'))
    ON CONFLICT (stream, paper_pk) DO UPDATE SET number = excluded.number;
 END;
CREATE TRIGGER seen_until_deleted AFTER DELETE ON setting WHEN old.name = 'seen_until' BEGIN 
    INSERT INTO change (stream, paper_pk, number)
    VALUES ('desk', 0, (SELECT coalesce(max(number), 0) + 1 FROM change WHERE stream = 'desk'))
    ON CONFLICT (stream, paper_pk) DO UPDATE SET number = excluded.number;
 END;
