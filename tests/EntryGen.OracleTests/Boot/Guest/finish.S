# Writes the log to the debug port, in hexadecimal between angle brackets, and ends the emulator.
#include "layout.inc"
        .text
        .globl  finish
finish: movq    $LOG, %rsi
        movq    LOG_NEXT, %rcx
        subq    %rsi, %rcx
        movb    $'<', %al
        outb    %al, $0xe9
1:      lodsb
        movb    %al, %bl
        shrb    $4, %al
        call    digit
        movb    %bl, %al
        andb    $15, %al
        call    digit
        decq    %rcx
        jnz     1b
        movb    $'>', %al
        outb    %al, $0xe9
        movw    $0x8900, %dx
        leaq    shutdown(%rip), %rsi
        movl    $8, %ecx
        rep     outsb
2:      hlt
        jmp     2b
digit:  addb    $'0', %al
        cmpb    $'9', %al
        jbe     1f
        addb    $'a' - '9' - 1, %al
1:      outb    %al, $0xe9
        ret
shutdown:
        .ascii  "Shutdown"
