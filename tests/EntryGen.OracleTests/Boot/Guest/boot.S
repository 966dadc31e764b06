# Boot sector: reads the image that follows it on the disk to 64 KiB and up, enters 64-bit mode with the registers that
# the image's first page lists, and goes to the address there.
        .set    IMAGE, 0x10000
        .set    CHUNK, 64                       # sectors in one call of the BIOS
        .set    CHUNKS, 14                      # up to 0x80000

        .code16
        .globl  _start
_start: cli
        cld
        ljmp    $0, $1f
1:      xorw    %ax, %ax
        movw    %ax, %ds
        movw    %ax, %ss
        movw    $0x7c00, %sp
        inb     $0x92, %al
        orb     $2, %al
        outb    %al, $0x92
        movw    $CHUNKS, %cx
2:      pushw   %cx
        movw    $packet, %si
        movb    $0x42, %ah                      # extended read; DL is the drive
        int     $0x13
        jc      fail
        addw    $CHUNK * 512 / 16, packet + 6
        addl    $CHUNK, packet + 8
        popw    %cx
        loop    2b
        lgdtl   first_gdtr
        movl    %cr0, %eax
        orb     $1, %al
        movl    %eax, %cr0
        ljmpl   $8, $protected
fail:   movb    $'F', %al
        outb    %al, $0xe9
3:      hlt
        jmp     3b

        .code32
protected:
        movw    $0x18, %ax
        movw    %ax, %ds
        movw    %ax, %ss
        movl    IMAGE + 0x10, %eax
        movl    %eax, %cr4
        movl    IMAGE + 0x08, %eax
        movl    %eax, %cr3
        movl    $0xc0000080, %ecx
        movl    IMAGE + 0x18, %eax
        xorl    %edx, %edx
        wrmsr
        movl    IMAGE + 0x00, %eax
        movl    %eax, %cr0
        ljmpl   $0x10, $long

        .code64
long:   lgdt    IMAGE + 0x20
        lidt    IMAGE + 0x30
        movl    $0x18, %eax
        movl    %eax, %ss
        xorl    %eax, %eax
        movl    %eax, %ds
        movl    %eax, %es
        movl    %eax, %fs
        movl    %eax, %gs
        movl    $0x40, %eax
        ltr     %ax
        movq    IMAGE + 0x48, %rsp
        pushq   $2
        popfq
        jmp     *IMAGE + 0x40

        .balign 8
first_gdt:
        .quad   0
        .quad   0x00cf9b000000ffff              # 0x08: 32-bit code
        .quad   0x00af9b000000ffff              # 0x10: 64-bit code
        .quad   0x00cf93000000ffff              # 0x18: data
first_gdtr:
        .word   31
        .long   first_gdt
        .balign 4
packet: .byte   16, 0
        .word   CHUNK
        .word   0, IMAGE / 16
        .quad   1
        .org    510
        .word   0xaa55
