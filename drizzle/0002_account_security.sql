PRAGMA foreign_keys=OFF;--> statement-breakpoint
CREATE TABLE `__new_sms_codes` (
	`id` text PRIMARY KEY NOT NULL,
	`mobile` text NOT NULL,
	`purpose` text NOT NULL,
	`code_hmac` text NOT NULL,
	`address` text NOT NULL,
	`network` text NOT NULL,
	`created_at` integer NOT NULL,
	`expires_at` integer NOT NULL,
	`tries` integer DEFAULT 0 NOT NULL,
	`used_at` integer,
	CONSTRAINT "sms_codes_purpose_known" CHECK("__new_sms_codes"."purpose" in ('REGISTER', 'SIGN_IN', 'RESET_PASSWORD', 'CHANGE_MOBILE'))
) STRICT;
--> statement-breakpoint
INSERT INTO `__new_sms_codes`("id", "mobile", "purpose", "code_hmac", "address", "network", "created_at", "expires_at", "tries", "used_at") SELECT "id", "mobile", "purpose", "code_hmac", "address", "network", "created_at", "expires_at", "tries", "used_at" FROM `sms_codes`;--> statement-breakpoint
DROP TABLE `sms_codes`;--> statement-breakpoint
ALTER TABLE `__new_sms_codes` RENAME TO `sms_codes`;--> statement-breakpoint
PRAGMA foreign_keys=ON;--> statement-breakpoint
CREATE INDEX `sms_codes_mobile` ON `sms_codes` (`mobile`,`created_at`);--> statement-breakpoint
CREATE INDEX `sms_codes_address` ON `sms_codes` (`address`,`created_at`);--> statement-breakpoint
CREATE INDEX `sms_codes_network` ON `sms_codes` (`network`,`created_at`);--> statement-breakpoint
CREATE INDEX `sms_codes_created` ON `sms_codes` (`created_at`);