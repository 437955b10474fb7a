#!/bin/bash
# A function that says whether the program that $holder names has $lock, and what it says in $said. The file has two lines,
# the process and what it says; it counts while that process really has the lock open. The lock is the kernel's: it ends
# with the process, whatever ends that.
# shellcheck disable=SC2154,SC2034
see_holder() {
  { read -r pid && IFS= read -r said; } 2>/dev/null <"$holder" && [ "/proc/$pid/fd/9" -ef "$lock" ]
}
