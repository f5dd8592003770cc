CREATE TABLE `page_versions` (
	`version` text PRIMARY KEY NOT NULL,
	`files` text NOT NULL,
	`bundle` blob NOT NULL,
	`first_served_at` integer NOT NULL
) STRICT;
--> statement-breakpoint
CREATE TABLE `sales_recordings` (
	`order_id` text NOT NULL,
	`seq` integer NOT NULL,
	`recording` text NOT NULL,
	`part` integer NOT NULL,
	`page_version` text NOT NULL,
	`body` blob NOT NULL,
	`sha256` text NOT NULL,
	`received_at` integer NOT NULL,
	`user_id` text NOT NULL,
	`session_id` text NOT NULL,
	`address` text NOT NULL,
	`agent` text NOT NULL,
	`hash` text NOT NULL,
	PRIMARY KEY(`order_id`, `seq`),
	FOREIGN KEY (`order_id`) REFERENCES `orders`(`id`) ON UPDATE no action ON DELETE no action
) STRICT;
--> statement-breakpoint
CREATE UNIQUE INDEX `sales_recordings_part` ON `sales_recordings` (`order_id`,`recording`,`part`);--> statement-breakpoint
PRAGMA foreign_keys=OFF;--> statement-breakpoint
CREATE TABLE `__new_sales_events` (
	`order_id` text NOT NULL,
	`seq` integer NOT NULL,
	`kind` text NOT NULL,
	`client_at` integer NOT NULL,
	`received_at` integer NOT NULL,
	`page_version` text NOT NULL,
	`document_id` text,
	`page` integer,
	`statement` text,
	`label_text` text,
	`user_id` text NOT NULL,
	`session_id` text DEFAULT '' NOT NULL,
	`address` text NOT NULL,
	`agent` text NOT NULL,
	`hash` text DEFAULT '' NOT NULL,
	PRIMARY KEY(`order_id`, `seq`),
	FOREIGN KEY (`order_id`) REFERENCES `orders`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`document_id`) REFERENCES `product_documents`(`id`) ON UPDATE no action ON DELETE no action,
	CONSTRAINT "sales_events_kind_known" CHECK("__new_sales_events"."kind" in ('PAGE_OPENED', 'DISCLOSURE_ACCEPTED', 'DOCUMENT_OPENED', 'DOCUMENT_PAGE_TURNED', 'DOCUMENT_READ_TO_END', 'STATEMENT_TICKED', 'STATEMENT_CLEARED', 'STATEMENT_ACCEPTED', 'RECORDING_STARTED', 'RECORDING_FAILED'))
) STRICT;
--> statement-breakpoint
INSERT INTO `__new_sales_events`("order_id", "seq", "kind", "client_at", "received_at", "page_version", "document_id", "page", "statement", "label_text", "user_id", "session_id", "address", "agent", "hash") SELECT "order_id", "seq", "kind", "client_at", "received_at", "page_version", "document_id", "page", "statement", "label_text", "user_id", '', "address", "agent", '' FROM `sales_events`;--> statement-breakpoint
DROP TABLE `sales_events`;--> statement-breakpoint
ALTER TABLE `__new_sales_events` RENAME TO `sales_events`;--> statement-breakpoint
PRAGMA foreign_keys=ON;--> statement-breakpoint
ALTER TABLE `consents` ADD `session_id` text DEFAULT '' NOT NULL;
--> statement-breakpoint
-- What proves a sale is never changed and never removed, whatever program asks.
CREATE TRIGGER sales_events_never_change BEFORE UPDATE ON sales_events BEGIN
	SELECT RAISE(ABORT, 'the sales trace is never changed');
END;
--> statement-breakpoint
CREATE TRIGGER sales_events_never_vanish BEFORE DELETE ON sales_events BEGIN
	SELECT RAISE(ABORT, 'the sales trace is never deleted');
END;
--> statement-breakpoint
CREATE TRIGGER consents_never_change BEFORE UPDATE ON consents BEGIN
	SELECT RAISE(ABORT, 'consents are never changed');
END;
--> statement-breakpoint
CREATE TRIGGER consents_never_vanish BEFORE DELETE ON consents BEGIN
	SELECT RAISE(ABORT, 'consents are never deleted');
END;
--> statement-breakpoint
CREATE TRIGGER sales_recordings_never_change BEFORE UPDATE ON sales_recordings BEGIN
	SELECT RAISE(ABORT, 'recordings are never changed');
END;
--> statement-breakpoint
CREATE TRIGGER sales_recordings_never_vanish BEFORE DELETE ON sales_recordings BEGIN
	SELECT RAISE(ABORT, 'recordings are never deleted');
END;
--> statement-breakpoint
CREATE TRIGGER page_versions_never_change BEFORE UPDATE ON page_versions BEGIN
	SELECT RAISE(ABORT, 'page versions are never changed');
END;
--> statement-breakpoint
CREATE TRIGGER page_versions_never_vanish BEFORE DELETE ON page_versions BEGIN
	SELECT RAISE(ABORT, 'page versions are never deleted');
END;
