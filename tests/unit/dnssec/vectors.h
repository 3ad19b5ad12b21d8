/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A zone "example." signed with each algorithm by Knot DNS 3.2.6 (kzonesign, GnuTLS): nothing in it was made with the
 * library that verifies here. DS digests by dnspython 2.3.0.
 * Constants.
 */
#ifndef TESTS_UNIT_DNSSEC_VECTORS_H
#define TESTS_UNIT_DNSSEC_VECTORS_H

#include <stddef.h>
#include <stdint.h>

#define VECTOR_NOW 1800000000 /* seconds; all signatures are valid then: 2026-11-25 to 2035-02-11 */

static const struct vector {
	uint8_t algorithm;
	const char *name;
	const char *dnskey; /* zone key, key signing key */
	const char *ds;     /* of the key signing key: SHA-1, SHA-256, SHA-384 */
	const char *aaaa;   /* two records at www */
	const char *mx;     /* with a name in it */
	const char *txt;    /* at *.wild */
} vectors[] = {
	{5, "RSASHA1",
	 "example. 3600 DNSKEY 256 3 5 AwEAAbN/EFmrHR1mxY+K1rerQWA72HHvvCK/ec0NuffMGTpdnRfdrFclfRzwvrj9IFIPSE6s0p9DFnhzCvvKnl0hy8EcssnEnlZSF6TlWgk5jz3chfIbJNnW0M03kX2EaWebdtZhdBSBCN3/k7RP7Glz0aVpWvmFJc256GhHyAIQ2DNH\n"
	 "example. 3600 DNSKEY 257 3 5 AwEAAfGfyxKfDZeG8DsvSmOFdv8XbwEngon9b+r3DW5tENgf8NLq2A5fjAI0Bl8NcnHf3YrlIQ5xe/ZcQmr2ZuXDXkfwlrG4OIMSVJQNHYERIIgceLRgtEnZ0+nnoNddlMciUYJfvnXPsWaYCFQsmfM+zEmr5BRLQH0qwMsaY7977iTN\n"
	 "example. 3600 RRSIG DNSKEY 5 1 3600 20350211214009 20261125201009 49766 example. tVOesTn9gYYnvMs3YSfBJFC3ixdLak9Gp4McwjGbrIrLs8lDWjnwRkWnMNDF1DX3Z1xeGRDl4Y3iRPy8xXwjNy8uNziEbYua7XXhlHKretLIc2wZanO6vg9zsfhS5ssLu2UrGHztdGoRAFJ3KMo0p8Qra6rLCAtOPenIDmTTg04=\n",
	 "example. 3600 DS 49766 5 1 67f3ff6a90f76608a513214074b8d8431a438e46\n"
	 "example. 3600 DS 49766 5 2 907ffc9456462e37706191ff06fdfb779d639d6e0b7bace655d5fd457edd19d2\n"
	 "example. 3600 DS 49766 5 4 c980cb9e00841018e6b6bc70c1d8ce600d623a023ed2e3dd7d98d5034c305c0ccb4e9e41411df8ee492a95bb7a49a24a\n",
	 "www.example. 300 AAAA 2001:db8::1\n"
	 "www.example. 300 AAAA 2001:db8::2\n"
	 "www.example. 300 RRSIG AAAA 5 2 300 20350211214009 20261125201009 27021 example. qwDN1v6llsm6ow12hNDJ3i7CzAmSA7/WJFQ1kKZaVLaJOv2tnacP5pS3sI5sE3vhkg53FeRCjmV1/F6/9SeCN+R/FltGteWtc+GOz4j74xmMdiwUfRmqLy1uikoEDD5o7np8h+JWvf8b1m0UrUBDt7eOr5gZ6g5MLKAdMIG/dT8=\n",
	 "mail.example. 300 MX 10 www.example.\n"
	 "mail.example. 300 RRSIG MX 5 2 300 20350211214009 20261125201009 27021 example. IGmgwmLMqCl2fA+f3hbTTVj3dNUfRUbuboN6vsORvmnYeQ5m4YJ+U0/NHJAoCKhVwehla/d66tt/4sNtq8IhpciVVN011NtLwTcPtT6bWGnXzvLHVcTWsxw6e7b3pN68Jdu6TBS/lotadlz85wUJC+LbRhc+QU81ybqsq+mYClk=\n",
	 "*.wild.example. 300 TXT \"made from a wildcard\"\n"
	 "*.wild.example. 300 RRSIG TXT 5 2 300 20350211214009 20261125201009 27021 example. DU8pydB2AW6DVAYjaED6g7zRd4IG3gm9no5+p1UU0v/ilu3tfNisMxr9zM8j+5gAoc8rwvGylMq3qEmtYCxnu+3DObcFNU5mD7YH+UYpMWi3wNBRbjyYD6Vnvz+lb9fzhWvO6kI1tekuAE/Ce+hBSVjIB93b95LEiIv4FlHAIE4=\n"},
	{7, "RSASHA1-NSEC3-SHA1",
	 "example. 3600 DNSKEY 256 3 7 AwEAAd8KfghBzeJ/CCn6bUXTf86AzuPcx6hK5JAwpyJUKKHyZIJYUJi2ZtRSNC+VDMBjNZ1iBVpyI34n486w5MtG3DdG9tEQX8rPjAigBfCp6b2dq3Ladr6RaAFQ3OLNswv4848ZIEgttAjSu9+OFOa00smG7txuxouHNRvqnbXNkxSv\n"
	 "example. 3600 DNSKEY 257 3 7 AwEAAbMctq28uQ4QdmvpAn9T+8HwKD4yaVYtcToqQRLWjMrSdLpVySxCfIZaGkOPK6BXeyKvQ/izBGuD+G3qOIICcn7vSf5qL99xvrWIABNtr/G1VlOq8Zmx+WGbbsvWFtEpJHOFC+IH260+whgajZ2DpUu5uRKJxx/Ovp5LqMUtRd4V\n"
	 "example. 3600 RRSIG DNSKEY 7 1 3600 20350211214009 20261125201009 53428 example. TL2nfsKbWq1HkLfRaj1J/0LeQOPa09gMywJePi0yCqIvhgpfAmO59LWFV+2HopLbv7PMBWAzj/Vpnt5EbrzqZULOEgn0CLUcsT9pslZuTMtq34tLyHgblsoJ7KPvm3n3besTv/UsCG/F47cRhghznxhP6r8fTa+0Iyfyg0d2v7g=\n",
	 "example. 3600 DS 53428 7 1 143ff8b6a707dc7e834e6eae1713d5d86cd40c79\n"
	 "example. 3600 DS 53428 7 2 bb4095dcac18774ffc5354302064bc2f1145669cf62fbc2e9eba6481d461c692\n"
	 "example. 3600 DS 53428 7 4 b20deda6cbd6b931767df29932e72abb1fe2a0675a725079673d8257e2bf2dbf582e1b3547a7c8a673ca5e844f70bb18\n",
	 "www.example. 300 AAAA 2001:db8::1\n"
	 "www.example. 300 AAAA 2001:db8::2\n"
	 "www.example. 300 RRSIG AAAA 7 2 300 20350211214009 20261125201009 62103 example. xqjyfOrScFhAggNkYyfO3xNbKlJ447cWSTHHnoyHg7oOGAIzWLQQe3Vx05sdpbFLXEPWA5i7BSTQMRJ1QIBh7uc2T0I3vyIbJzEO8zuPLLLqcelvJzCWucvellXGwicQRR9KS/mAaHRtB12Lvf/rdZOG0ldaRQBCGLQoFOLyxks=\n",
	 "mail.example. 300 MX 10 www.example.\n"
	 "mail.example. 300 RRSIG MX 7 2 300 20350211214009 20261125201009 62103 example. pZ0c0hrKxlU5uAf6yard+Rd/lT+8U8hQH7oBgB8juOPOpxUi7cOXLokiG2Aky2G0yh+cYsS3oF8D25vxI8909g8cyvdXOzle+7DP6j8NxGNDkzeUeQrwG2up2mbBnoBNmw1/8UHqN1eJnKyarTJCXknYRXWAAvG0wf8DDfjmnac=\n",
	 "*.wild.example. 300 TXT \"made from a wildcard\"\n"
	 "*.wild.example. 300 RRSIG TXT 7 2 300 20350211214009 20261125201009 62103 example. gFvpGIM3x0iROxBOIG+XRYqKFOcO25qJftWjbGErIeowyVsvcv9lQxcMAW1VpJzDBEKK0rusH8n6bRcX/yQyj8DRsT7evwYEJhNOhzgn/Nnmr4D4QZ3GaGPbW5ofzk8ResefwIoVc3oxIfVKYSFyHBdJl2FcxjDjQ7s6IaJyZ3c=\n"},
	{8, "RSASHA256",
	 "example. 3600 DNSKEY 256 3 8 AwEAAdlV+p9RNI2yT7iG7/oJdQnJvKya2pTUbjvIBwGY3q3Cthms3JVKnDXBfhlqLDqth4AFppolXbcyXxihO+9/fwUZljlxRy72n0l6tZUHFy8v91xCiex7IyNLF53Z/uzV9H6CXt4ZdL+/I0JTvaKtSKkE70GUSVZLq5PYZt+tdkIz\n"
	 "example. 3600 DNSKEY 257 3 8 AwEAAcOdFx503KLcM8oVX32N0DhnDzS94QlD/soNhbUZvgDneMg+jvUgPqTpapDugL9ooXTFKSTVJFWcazId1LNc9qUFfxDx8/RdfT1hbA5pfrirV/cAc1SwoKbhMidRmQsagJwGy4OfFJREOHzBzjK7tfzsZq0c2IfqdJ7+8iBak7Y9\n"
	 "example. 3600 RRSIG DNSKEY 8 1 3600 20350211214009 20261125201009 49115 example. OqdrCDJjK9JKOX0tjRZgIEI65R2Z5HH5QtbLaCUE2eLsnuoHWCoLz5hMaEasdFFxeTJprT/ky1FOYHASObPcZQynOqm5eZNEPTPVvla0fi0pb7lQTjRHAVj0l0ZpuqRmnJcM8VdISBGZXMrqm5hgAtWvaZjkS7KeZEul5wcKxVc=\n",
	 "example. 3600 DS 49115 8 1 ac16b4b87dc74c0323cad86660d9711a44020463\n"
	 "example. 3600 DS 49115 8 2 7085a0ea2a409021b88a6631cffac1407c3051f851da3562e4e4963475eb900c\n"
	 "example. 3600 DS 49115 8 4 7f12548607b4a483b90b9b0467435360a77873b66f3e0b131da95f1bf4b497a8b04a696ee4e4e351c1c325beae41abf7\n",
	 "www.example. 300 AAAA 2001:db8::1\n"
	 "www.example. 300 AAAA 2001:db8::2\n"
	 "www.example. 300 RRSIG AAAA 8 2 300 20350211214009 20261125201009 5608 example. TR1tNmARbX55XMF9vQ2aVg6+OhKw1gLprJoFpISkpNZNiDx+WjpgzYT3FBRvVnhMdDlgqnFfoFronKQhNHhIDckB7XILGT2Cd3Ch3kv5oKgu0XobOruZxWelwrtSHObHMZadDG/gPQYAokoqnLY5caOdLT6eL2bIogglQM7kXLA=\n",
	 "mail.example. 300 MX 10 www.example.\n"
	 "mail.example. 300 RRSIG MX 8 2 300 20350211214009 20261125201009 5608 example. dqad5FL6xLxTVJKu4vXw5iJOJKa+i5IpyMHGnvtHztNSuKzr/FUfm5T6+JRRzjZjq0sBctzOFQb7gSkhuWKKo9g+Ur4/BcY3S4Zx/aLWWrVbi6a702BC0hhGGyL4UzU7LSIQBgrd7uRcZHcjuPjJWeLkMvoIu5UWy0H+E0D5u4Q=\n",
	 "*.wild.example. 300 TXT \"made from a wildcard\"\n"
	 "*.wild.example. 300 RRSIG TXT 8 2 300 20350211214009 20261125201009 5608 example. B6nsVoQe+uzndaclaAneyQEVjvNufZlvkJERULSZ/J70F+spNLrYdDwh3XRaKb8unedYmrFc9PQw+wSr2Z3w+6J/tzKgYHAvZDg+0VxbEAb6I1lkgRG2PybFekp3hSqenwl6OhjiUzmc7uWS4wfKmGd8TRKNWjiIb/b8t13g9Ck=\n"},
	{10, "RSASHA512",
	 "example. 3600 DNSKEY 256 3 10 AwEAAcjli5ubiNOA2CuNfAQj79tbqYHa/692f+1fJ5uDYJZUYHsHd6N6V0OxR50QJzLHlZ0m2sz7llHiT66eYE7+4Oof5rwoJZsNESqNHkFcT23QxIip3JknxyylNo8yRYd1ijSRMH5n9PKCI5AP1+vgdu3wvvb+M5xZwrGUQ2et8xE5\n"
	 "example. 3600 DNSKEY 257 3 10 AwEAAaeQWDFtAEnvzOke1ViMyDDklOv1r0mpgcFSCzO83k0vxpDzqJFX0eGWROYNt4TzmeWlSws+kReJkNPGI+aUlntLgx+CvrfHbeNDkXgOnJZ138f5sGJrweGUiw1n58UByCD8l2Doh74+oF81R9clroQHgPe53UN5yYnQSLv7+Vzd\n"
	 "example. 3600 RRSIG DNSKEY 10 1 3600 20350211214009 20261125201009 14907 example. lmJ1+LmEcWZp6p7q72LTIjSVJW6WbZdpi0quBWU3bVOqt6froga9q0EI/O+z9i7VjS/xkVwLpn+zhXyZ6Dk9QjQ27QyQXyGwKAPn6vNvODOht8ClSjbArQxIVNcXQ/HDkKaicUTxe2cfm+UnvcktelWlmD/KEtiKL6sTFxyVOV8=\n",
	 "example. 3600 DS 14907 10 1 79b896839f84abb28f0e197c609cb6e65db50ad3\n"
	 "example. 3600 DS 14907 10 2 cbffda55bdb220177bf83ff051a85906e0256b6b32b37eb54808295b4bc9c8dc\n"
	 "example. 3600 DS 14907 10 4 979024c8909f0ab9efc3ad014abf28f426f3c5da6f6187398053de08bc70ef91af4aca4b725f8158ddf688e48482854b\n",
	 "www.example. 300 AAAA 2001:db8::1\n"
	 "www.example. 300 AAAA 2001:db8::2\n"
	 "www.example. 300 RRSIG AAAA 10 2 300 20350211214009 20261125201009 34998 example. EB/87+hRfwRrMmBIRSp1NHmeY8ADuGEzbOdG+XSUMCAfe5oYcIbHKZT4KayatAWE4kInYwh6RRcOLryS4Jf9tlHzEBu11EZv65KP/NA51KTcIe6495IkKsqOoglo9/BU8wxy2/q7PmEslrixL9eBTeH8wgVE/8lyzaV4l+eE2ww=\n",
	 "mail.example. 300 MX 10 www.example.\n"
	 "mail.example. 300 RRSIG MX 10 2 300 20350211214009 20261125201009 34998 example. u4euH9ktXV3LhQtMO8hWPgF6rku+yVfcZ9IDi0x6B7BEwpGrXyNLa7o/LV9GXg/YeoFcl5YX5cTwStl0rQNAhOq37ozuG2acvbCpm26Fw/mIXuJEDWls8MEVePLxJY5npED+cgTMNE0ae1SCwBnO2V/zEqjLh4EVLG/gDAz8iJE=\n",
	 "*.wild.example. 300 TXT \"made from a wildcard\"\n"
	 "*.wild.example. 300 RRSIG TXT 10 2 300 20350211214009 20261125201009 34998 example. fshvywF+B/HHUEuvDP2qXZ4YRB8sYVE2VAO+8NPNu1zUsz4Guv5kvA2OPm6BP1ANAvVWfU5SI1Sk5vj+ulk/grJg3sLm8U3ngDzRjMJ05O/Me2iae/Pa/JHR2fH1i7ReNmTTTQ4Lisdt3Clm40vxmjJBfxfuan4ejyA9I5X30gE=\n"},
	{13, "ECDSAP256SHA256",
	 "example. 3600 DNSKEY 256 3 13 sPg+aNtEwgac/sDj/dxaIwLuh9HT+NtYgwf4tpCR9FOgbZgGNVneQcVv+OBSNRNn6ZvqdLeInN/ZUGUKqlQloQ==\n"
	 "example. 3600 DNSKEY 257 3 13 SnEFq6/DqFcm9Mgj6SzqM8/1oUpY6NZGsIBiOZsjbGaZovhFFnTT6cX4QXc0Hc+p4GeSOKLajneXSdQEASSSwg==\n"
	 "example. 3600 RRSIG DNSKEY 13 1 3600 20350211214009 20261125201009 21527 example. VBAcPq+5HFAoaXd61DbZTbthiJl4M8SgyppXieJYgt75PFmqc6YARqYNUAJ9BwzWoHP6h0BNNRrB9rbKu5EINA==\n",
	 "example. 3600 DS 21527 13 1 d45129f379c22ed6ddf3e843042c6969b1293f4f\n"
	 "example. 3600 DS 21527 13 2 87708eab1b5c59fc57d5b0f1db07ab52e353bff14dd88ddf3f0ded9fea172ae0\n"
	 "example. 3600 DS 21527 13 4 f3dbf97fc46beca5685fbedb1b25c269b6fdb8c1820fdaba979a046d3417a8952f83e4b99cf27ba5f84edbe4b41fe83c\n",
	 "www.example. 300 AAAA 2001:db8::1\n"
	 "www.example. 300 AAAA 2001:db8::2\n"
	 "www.example. 300 RRSIG AAAA 13 2 300 20350211214009 20261125201009 10264 example. Y9/AYUv1eHMKAbHFDD++403yKq1L50qWuJ8xSly6FafINFu7D8ijgavDFbC6GY4KcUduYxzK/MFqMQp38qt/qw==\n",
	 "mail.example. 300 MX 10 www.example.\n"
	 "mail.example. 300 RRSIG MX 13 2 300 20350211214009 20261125201009 10264 example. R0VdpClgJ4JE5FLjn7DCMSzMbHDN+jw+HIuAYbMkREVwoTKb8t03OpCgLAn6n+ChIv3oe7DKepJK0EYh/U2HsQ==\n",
	 "*.wild.example. 300 TXT \"made from a wildcard\"\n"
	 "*.wild.example. 300 RRSIG TXT 13 2 300 20350211214009 20261125201009 10264 example. s9ty9XWJVu1cGP93PwLKnb9VbWSIA8D+0zP4jtVH4fmnS10vuDwAodjihEKpn+RwQsUmutjkQXBhy1tNtUCiLw==\n"},
	{14, "ECDSAP384SHA384",
	 "example. 3600 DNSKEY 256 3 14 w3Akbyn96kO6l4iIikB9gv65eZswjTbStG3mnuD6AK/bmooBcXSrrGwtaUJ1bjhJYZDHx0Q6KyUcCbjWbfAPxX9WT3qlGjKG0WHtD+fDHCzpdxLua0l9Nf3Ydf11ew8a\n"
	 "example. 3600 DNSKEY 257 3 14 gMUwBPpQuNiTtocN1c57bBF8xqBWwkpjRiuuAvQcPzarClW8Vh/xYFTq/V++1woiYfOkhyS7fW66Q5MGafMk58hrgGhPlu1ZO14035uPqj9Voc43R8UO+PGdEVHsUjDK\n"
	 "example. 3600 RRSIG DNSKEY 14 1 3600 20350211214009 20261125201009 13198 example. b04/JcNEFv+yqkwDhbR4OE1NJTMon7ykVnzGjbIaRA/PU0g7jEgXtzApasQK42JIGJk+3YUV1dEYtlApFqRYrFd3EhIh31XXuRsOh50qcYYfTTYFmyUobH7UrIv/UBSj\n",
	 "example. 3600 DS 13198 14 1 4aa952d4c11b8140be266b3aaee0cc6e5f513c23\n"
	 "example. 3600 DS 13198 14 2 a35306f22e78c86fa7a59eaf1cfd0d57fad0349db4450cd0035076d7b18c6c25\n"
	 "example. 3600 DS 13198 14 4 1ef723c6140d0970bd73daa986c53494800c185c2436a18c8b5efcc8844142e3a7e2747592b616994ea17bdd4dac200c\n",
	 "www.example. 300 AAAA 2001:db8::1\n"
	 "www.example. 300 AAAA 2001:db8::2\n"
	 "www.example. 300 RRSIG AAAA 14 2 300 20350211214009 20261125201009 57043 example. WQjtiCkWTbyWtc0AuMHfxdpi9IBCwLJm0sQ/vtJnv5CabVErvDElnxZC9YQEhp92qBrYCfg9Fs0xF3RX364oLgWQqvqKim5Peg+ANIEKmeo/qGIdk/0WBhWVTMES3jl7\n",
	 "mail.example. 300 MX 10 www.example.\n"
	 "mail.example. 300 RRSIG MX 14 2 300 20350211214009 20261125201009 57043 example. ymScA9NpLUJpP0+vNFthbTlRe193/hrCjjejGdbU/XDgmoCKL8YXhJtuVTSeSr6JsA170f83gaNoVQiNr6cTfO6qC81og4DjFx8VQ463cHtRVArb3WPQ7lfaDISfz8j8\n",
	 "*.wild.example. 300 TXT \"made from a wildcard\"\n"
	 "*.wild.example. 300 RRSIG TXT 14 2 300 20350211214009 20261125201009 57043 example. Z4z/6mA2BV3tt/wNTCDBdVWVfCF0yJltAb3Oo7KNQAi/vFufB7ba+Mpl7q563GdmiNUGPTd1hOtuQphDj61WXGlw5LxiJYXChIuGTrFQWuHkcW9BeCGm0laGfTSy4EOH\n"},
	{15, "ED25519",
	 "example. 3600 DNSKEY 256 3 15 eIDSfoh2mB9KGpat3AsBVgXJpogZ/e8lPVTeuokZ8ME=\n"
	 "example. 3600 DNSKEY 257 3 15 eQJQtBrY2ytb7JsJ7kU27H3r7s3POHblEs+gVXc/CJY=\n"
	 "example. 3600 RRSIG DNSKEY 15 1 3600 20350211214009 20261125201009 50628 example. Sm1/GpCc1Ju8tRpcTdEJaCUk5SrUxGangKAun/Bk9/DithcoiyZvD0RBDUksXcVQtWMj/NXq3KXuikZ9BLZ2Cg==\n",
	 "example. 3600 DS 50628 15 1 82880e931f6c6fb5ee9f4a4b4e0917ff8f121702\n"
	 "example. 3600 DS 50628 15 2 bc5e5ec33608489437639891002284cf2bc157acf90782ed57215e9fea290384\n"
	 "example. 3600 DS 50628 15 4 4fd6260a64c302b444f056f797b43348ec013524da33b160df584c72e853f110acbef6fb4f5dddcd8bc9241870219526\n",
	 "www.example. 300 AAAA 2001:db8::1\n"
	 "www.example. 300 AAAA 2001:db8::2\n"
	 "www.example. 300 RRSIG AAAA 15 2 300 20350211214009 20261125201009 31021 example. lvyF8bUYG+gCBUHwDn9NvEG7fGD7QWUY+jifWxg730mDZl6xq5JXOCdZeVAJMFO56V5OuoAcrRzsTXKXRVoCAA==\n",
	 "mail.example. 300 MX 10 www.example.\n"
	 "mail.example. 300 RRSIG MX 15 2 300 20350211214009 20261125201009 31021 example. RD9+12wIMThZZc/Un3vGrBVXo67ttG9EXRUpalKOKlK5Y6mVwq0hK2sQEpk8aXiJ7aGmFq00x3nd20b+fN+pCQ==\n",
	 "*.wild.example. 300 TXT \"made from a wildcard\"\n"
	 "*.wild.example. 300 RRSIG TXT 15 2 300 20350211214009 20261125201009 31021 example. wD+leUJ3Opbi8B4FymmlFCWNyDrAvI/waH9uXteR+IXMdOTz17HHbnRusPkprWZNU+tZGKlJmbcC1DOZS9wRCA==\n"},
	{16, "ED448",
	 "example. 3600 DNSKEY 256 3 16 RVbV9ofbXCAvRvbnRyYh9BH1OnPYo9+6SD2OtRBK03EEhuPlaHy7EneinRS9R9slv5qloU35CWCA\n"
	 "example. 3600 DNSKEY 257 3 16 o76/Lc7yQlDUecJUkUsyEDqEyXTAKwr7y93j9jiTVqNOKdp3gPZhLYdLVco9PoEid8YwyaI7U7gA\n"
	 "example. 3600 RRSIG DNSKEY 16 1 3600 20350211214009 20261125201009 9557 example. JbHGKoi6B9zgZCXaczGFBeaG6Mc0QEK2uqOrCHknlsfvfLmmIrulOCsM63VE/TimLC5oAmG/JtyAGsfuaOvestCoIKnWnMY1ThbbH9eJXLLFfVYPpSILM9SyG2q5OPBrf2Ws215M9C3DLAm+aAZ1TC4A\n",
	 "example. 3600 DS 9557 16 1 db469d52f2c20c660c9a5834fe42bf6929645c39\n"
	 "example. 3600 DS 9557 16 2 796753d267efb1d59633c4307c1131beb044bb750ae4fdaa2a8d5ca4178d7aaa\n"
	 "example. 3600 DS 9557 16 4 3f6a00f370ca508f91f85d424e448501d3cb45885673bd1dfb1541087dd580df60b2f319cc2215a7c2392e8cdc844881\n",
	 "www.example. 300 AAAA 2001:db8::1\n"
	 "www.example. 300 AAAA 2001:db8::2\n"
	 "www.example. 300 RRSIG AAAA 16 2 300 20350211214009 20261125201009 18381 example. cqXPH+7HZkqRS21gNI+dwRPeLn1r8S410mMFHQ+WBs8o3UH2Xd4tXxeIi5bGzZmvOe/aLiRPH/+AOeCqrjKbp6etiF48d7qNXW9+qITZLpgGUJBHZ+I75Wo1PmxWnyM8W3fGejKyabbw02bH2oHKrhgA\n",
	 "mail.example. 300 MX 10 www.example.\n"
	 "mail.example. 300 RRSIG MX 16 2 300 20350211214009 20261125201009 18381 example. RStZdWuD9hEZUnBxUJ37NV9hOM4pOvVcD2vZZQl2/xu/yHsvP+euvClCez0lx/A6CrlAhn81V0YAaJu/qrn3gqMIT5Jy/Lw9TnunEbFW8ob8IFRtnorPomSWaZzXH+qGK8XnmpN9rhT4eAOL2QQk/C8A\n",
	 "*.wild.example. 300 TXT \"made from a wildcard\"\n"
	 "*.wild.example. 300 RRSIG TXT 16 2 300 20350211214009 20261125201009 18381 example. M90kjJ1QRu7GMPk0SP0LnDIc4IPmwHByf+tQlW7e9zC/PZl8xLp7Ry4qGkA3IbtvyETBdaVtL5sAUTYswuoIBYsm/a7q2B4sM7tFwwrqra1ySSdeSX6vnz9Fz3NnXwyb85ns1AxUWnBZHnnVjAT3tz8A\n"},
};

#define VECTOR_COUNT (sizeof(vectors) / sizeof(vectors[0]))

#endif
