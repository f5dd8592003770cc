/**
 * The most used passwords of eight characters and more, of the lists that leaks gave to the world, in lower case.
 * Shorter ones are refused by their length; runs and repetitions are recognised by rule in password-rule.ts.
 */
export const commonPasswords: ReadonlySet<string> = new Set(
  `
  password password1 password12 password123 password1234 password! passw0rd p@ssw0rd p@ssword pa$$word
  qwertyui qwertyuiop qwerty123 qwerty1234 qwerty12 qwer1234 qwerasdf qweasdzxc qwe123456 qwe12345
  1qaz2wsx 1qaz2wsx3edc 1q2w3e4r 1q2w3e4r5t 1q2w3e4r5t6y q1w2e3r4 q1w2e3r4t5 zaq12wsx zaq1zaq1 1qazxsw2
  asdfghjk asdfghjkl asdf1234 asd123456 zxcvbnm1 zxcvbnm123 zxc123456 abc12345 abc123456 abcd1234 abcd123456
  abcde12345 a1234567 a12345678 a123456789 a1b2c3d4 a1s2d3f4 aa123456 aa123456789 aaa123456 aaaa1111 q1234567 q12345678
  woaini520 woaini1314 woaini123 woaini521 woaiwojia woaini5201314 5201314520 5201314a a5201314 52013145 iloveyou iloveyou1
  iloveyou2 123456789a 12345678a 1234567a 123456abc 123456qq 123qweasd 123qwe123 123abc123 1234qwer 12341234 11223344
  112233445566 1122334455 147258369 147852369 123654789 159357456 789456123 741852963 963852741 987654321 0123456789 123123123
  12344321 13145200 13145201 20082008 78787878 88889999 66668888 admin123 admin1234 admin888 administrator
  root1234 test1234 welcome1 welcome123 sunshine princess football baseball superman trustno1 starwars letmein1 letmein123
  dragon123 monkey123 michael1 whatever computer internet jennifer michelle changeme changeme123 zhangwei wangjing nihao123
  nihaoma123 asdasd123 qazwsxedc qazwsx123 google123 taobao123 qq123456 qq123456789 china123 benxi123 beijing2008 huawei123
  `
    .trim()
    .split(/\s+/),
);
