/** Every maximum of the service, in one place, with its unit last in its name. */
const KiB = 1024;
const MiB = 1024 * KiB;
const secondMs = 1000;
const minuteMs = 60 * secondMs;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;

export const limits = {
  // Requests
  graphqlBodyBytesMax: MiB,
  /** A body of announced length up to this is taken in one piece. */
  bodyTakenWholeBytesMax: 64 * KiB,
  queryDepthMax: 12,
  queryFieldsMax: 400,
  queryAliasesMax: 30,
  queryDirectivesMax: 20,
  queryTokensMax: 4000,
  /** Brackets of all kinds within one another, in the text. */
  queryBracketsMax: 100,
  requestHeadersTimeoutMs: 10 * secondMs,
  graphqlBodyTimes: { idleMs: 10 * secondMs, totalMs: 30 * secondMs },
  requestTimeoutMs: 10 * minuteMs,
  stopTimeoutMs: 10 * secondMs,
  executionsBeforeCompiling: 3,
  subscriptionsPerActorMax: 20,

  // Lists
  pageSizeMax: 100,
  pageSizeDefault: 20,
  idsPerInputMax: 200,
  importRowsMax: 5000,
  /** Sections of a list are counted up to this. */
  countedMax: 1000,
  filterValuesMax: 50,
  savedSectionsMax: 500,
  /** Rows of one exported list; who needs more narrows the filter. */
  exportRowsMax: 5000,
  exportsPerPerson: { max: 60, windowMs: hourMs },
  salesEventsPerCallMax: 200,
  salesEventsPerOrderMax: 10_000,
  productsPerOrderMax: 20,
  sectionsPerBatchMax: 10,
  applicationsLookedBackMax: 10,

  // Sales trace
  /** Between the receipt of a document's opening and its acceptance, by our clock: this for each page, and no more than the other. */
  readingMsPerPageMin: secondMs,
  readingMsPerDocumentMax: 10 * secondMs,
  recordingBytesMax: 512 * KiB,
  recordingUnpackedBytesMax: 6 * MiB,
  recordingBytesPerOrderMax: 16 * MiB,
  recordingsPerOrderMax: 2000,

  // Database
  cachedStatementsMax: 1000,
  transactionsPerCommitMax: 100,

  // Texts, in characters
  nameCharactersMax: 200,
  noteCharactersMax: 1000,
  addressCharactersMax: 300,
  /** Codes and numbers that others give: of sections, projects, policies. */
  codeCharactersMax: 64,
  emailCharactersMax: 254,
  pageVersionCharactersMax: 100,
  documentPagesMax: 60,
  documentPageCharactersMax: 20_000,
  logoCharactersMax: 50_000,
  logoElementsMax: 500,

  // Accounts
  passwordCharactersMin: 8,
  passwordCharactersMax: 200,
  argonMemoryKiB: 19 * KiB,
  argonPasses: 2,
  argonConcurrentMax: 4,
  argonWaitingMax: 64,
  sessionIdleMs: { BIDDER: 30 * minuteMs, STAFF: 15 * minuteMs },
  sessionAbsoluteMs: { BIDDER: 12 * hourMs, STAFF: 8 * hourMs },
  sessionsPerUserMax: 5,
  sessionExtensionMsMin: minuteMs,
  /** After so many failures in a row the next attempt waits, and after as many again twice as long. */
  signInFailuresMax: 5,
  signInLockMs: 15 * minuteMs,
  signInLockMsMax: dayMs,
  /** From so many failures on, a human check goes before the next attempt. */
  signInFailuresBeforeCaptcha: 3,
  signInPerAddress: [
    { windowMs: minuteMs, max: 20 },
    { windowMs: dayMs, max: 200 },
  ],
  /** Attempts at which the staff are alarmed: nobody's clerks sign in that fast. */
  signInsPerSecondAlarm: 50,
  devicesPerUserMax: 20,
  deviceKnownMs: 180 * dayMs,
  totpStepsAside: 1,
  secondFactorStartedMs: 10 * minuteMs,
  recoveryCodesPerUser: 10,
  secondFactorCodeCharactersMax: 40,
  captchaValidMs: 10 * minuteMs,
  captchaNumberMax: 100_000,
  captchaCharactersMax: 2000,
  signInAttemptsKeptMs: 7 * dayMs,
  /** How often what is masked is shown whole, to a person or, where many are due at once, of one object. */
  reveals: { max: 20, windowMs: dayMs },
  invitationValidMs: 7 * dayMs,
  invitationsPerDayMax: 20,
  /** Of all enterprises together, to one number; whoever invites more often is answered the same. */
  invitationSmsPerMobileAndDayMax: 3,
  membersPerEnterpriseMax: 50,
  rejectedFieldsMax: 20,
  idNumberCharactersMax: 40,

  // SMS
  /** Longest a provider may take to answer. */
  smsTimeoutMs: 10 * secondMs,
  smsCodeValidMs: 5 * minuteMs,
  smsCodeTriesMax: 5,
  smsCodeCharactersMax: 20,
  smsCodesKeptMs: 30 * dayMs,
  smsResendMs: minuteMs,
  smsPerMobile: [
    { windowMs: hourMs, max: 5 },
    { windowMs: dayMs, max: 10 },
  ],
  smsPerAddress: [
    { windowMs: hourMs, max: 20 },
    { windowMs: dayMs, max: 50 },
  ],
  smsPerNetwork: [{ windowMs: hourMs, max: 100 }],
  /** The second is the budget of a day: at some 0.045 yuan a message, 90 yuan. */
  smsPerPlatform: [
    { windowMs: hourMs, max: 300 },
    { windowMs: dayMs, max: 2000 },
  ],

  // API clients
  apiSecretValidMs: 365 * dayMs,
  apiSecretsLiveMax: 2,
  idempotencyKeyCharactersMax: 255,
  idempotencyKeptMs: 30 * dayMs,

  // Uploads
  uploadBytesMax: {
    LICENSE: 10 * MiB,
    VOUCHER: 2 * MiB,
    EVIDENCE: 10 * MiB,
    POLICY: 20 * MiB,
    INVOICE: 20 * MiB,
    DOCUMENT: 20 * MiB,
    STATEMENT: 10 * MiB,
  },
  uploadMarginBytes: 64 * KiB,
  uploadTimes: { idleMs: minuteMs, totalMs: 10 * minuteMs },
  uploadsPerHourMax: 20,
  systemUploadsPerHourMax: 2000,
  uploadUnattachedKeptMs: dayMs,
  /** Bytes that the packed objects of a PDF may unpack to, all together. */
  pdfUnpackedBytesMax: 64 * MiB,
  pdfStreamsMax: 50_000,
  ofdEntriesMax: 2000,
  /** Bytes that an OFD's entries may unpack to by its own directory, all together. */
  ofdUnpackedBytesMax: 200 * MiB,
  /** An XML is searched at once; an invoice has some ten thousand bytes. */
  xmlBytesMax: 2 * MiB,
  imagePixelsMax: 40_000_000,
  imageTimeoutSeconds: 10,
  /** Each takes a core and some hundred megabytes for a while. */
  imagesAtOnceMax: 2,
  fileNameCharactersMax: 100,

  // Papers
  /** Longest silence of the worker while a document is due; the first one also reads the fonts. */
  paperTimeoutMs: 20 * secondMs,
  /** A document that needs more ends the worker, never the server. */
  paperHeapMiB: 256,
  /** Seals that are read in a file from outside. */
  sealsPerFileMax: 10,

  // Business
  certificationWorkdays: 1,
  underwritingWorkdays: 1,
  materialWorkdays: 3,
  materialDaysMax: 30,
  materialFilesMax: 20,
  earlierQuotesMax: 20,
  paymentWorkdays: 3,
  paymentReviewWorkdays: 1,
  refundWorkdays: 3,
  statementLinesMax: 20_000,
  /** A statement that needs more is refused; it never ends the server. */
  statementHeapMiB: 512,
  statementReadTimeoutMs: 30 * secondMs,
  /** How long lines of a statement are matched in one transaction: others write after it. */
  statementTransactionMs: 100,
  /** And in one turn of the event loop: others read after it. */
  statementTurnMs: 10,
  rejectedLinesKeptMax: 200,
  surrenderReviewWorkdays: 1,
  surrenderDecisionWorkdays: 2,
  /** By when a ticket of each type is to be resolved. */
  ticketWorkdays: { TITLE_CHANGE: 2, RESEND: 3, POLICY_CORRECTION: 2, COMPLAINT: 1, OTHER: 3 },
  /** How long a ticket waits for the customer, and how long a resolved one can be looked at before it closes by itself. */
  ticketCustomerWorkdays: 5,
  ticketOpenPerOrderMax: 5,
  ticketMessagesMax: 200,
  ticketFilesPerMessageMax: 6,
  voucherPicturesMax: 5,
  issueWorkdays: 1,
  electronicInvoiceWorkdays: 2,
  paperInvoiceWorkdays: 5,
  coverDaysMax: 3650,
  /** A cover that ends within so many days is shown as ending soon. */
  coverEndsSoonDays: 30,
  productRegionsMax: 200,
  constructionDaysMax: 36_500,
  quoteValidDaysMax: 90,
  /** Days before the end of cover at which the bidder is reminded. */
  expiryReminderDays: [30, 15, 7, 1],
  /** Each endorsement is a paper to be made and sealed. */
  endorsementsPerCallMax: 50,

  // Public verification
  verificationsPerAddressMax: 30,
  verificationsWindowMs: minuteMs,

  // Invoices
  invoiceTitlesMax: 50,
  shippingAddressesMax: 50,

  // Jobs
  jobPollMs: 500,
  timerRowsPerRoundMax: 200,
  outboxBatchMax: 50,
  outboxAttemptsMax: 12,
  outboxBackoffMs: 2 * secondMs,
  outboxBackoffMsMax: hourMs,
} as const;
