"""The entities the sandbox knows, as one compact table.

One entity a block: `# Name Type flags`, then a line a field. A field line reads
`name type[>target] marks…`; the marks are

    required unique multilang readonly notstored notnull index
    max=255 min=1 options=a|b default=… pattern=… measure=currency of=price
    via=RelationName:near:far      a link over a relation entity
    foreign=field                  a link that the other side's field holds

and a line `! columns…` is a unique index. `BASE`, `OWNED` and `TREE` are added to the entities
that have them, so that every block shows only what is its own.
"""

from __future__ import annotations

BASE = """
createdAt datetime readonly
modifiedAt datetime readonly
createdBy link>User readonly
modifiedBy link>User readonly
"""

OWNED = """
ownerUser link>User
assignedUser link>User
teams many>Team via=EntityTeam:entityId:teamId
"""

TREE = """
sortOrder int
routes jsonArray notstored
routesNames jsonArray notstored
isRoot bool notstored
hasChildren bool notstored
inheritedFields array notstored
"""

ENTITIES = r"""
# Product Hierarchy owned attributes classification module=Pim
name varchar required multilang
description text multilang
longDescription wysiwyg multilang
children many>Product via=ProductHierarchy:parentId:entityId
parents many>Product via=ProductHierarchy:entityId:parentId
parent link>Product notstored
image file>File readonly
number varchar index
price float measure=currency
priceUnit link>Unit measure=currency of=price
isActive bool notnull
quantity float default="0"
productGroup link>ProductGroup
customsNumber varchar
countryOfOrigin link>Country
defaultSupplier link>Account
mpn varchar index
note text
brand link>Brand
productStatus enum required options=draft|prepared|reviewed|notReady|ready default="draft"
ean varchar index pattern=/^(\d{8}|\d{12,14})$/
rrp float measure=currency default="0"
rrpUnit link>Unit measure=currency of=rrp
tag multiEnum default=[]
mainImage file>File notstored
files many>File via=ProductFile:productId:fileId
data jsonObject
channels many>Channel via=ProductChannel:productId:channelId
variantSpecificAttributes many>Attribute via=VariantSpecificProductAttribute:productId:attributeId
categories many>Category via=ProductCategory:productId:categoryId
isInheritAssignedUser bool
isInheritOwnerUser bool
isInheritTeams bool
taskStatus multiEnum options=mar|tech|ass|img|cat|ch|pr default=[]
attributesDefs jsonObject notstored
productAttributeValues many>ProductAttributeValue foreign=product
associatedItemRelations many>AssociatedProduct foreign=associatingItem
associatingItemRelations many>AssociatedProduct foreign=associatedItem
associatedItems many>Product via=AssociatedProduct:associatingItemId:associatedItemId
associatingItems many>Product via=AssociatedProduct:associatedItemId:associatingItemId
classifications many>Classification via=ProductClassification:productId:classificationId
productFiles many>ProductFile foreign=product
productChannels many>ProductChannel foreign=product
productCategories many>ProductCategory foreign=product

# Brand Base module=Pim
name varchar required multilang
description text multilang
files many>File via=BrandFile:brandId:fileId
products many>Product foreign=brand
code varchar unique
isActive bool

# Category Hierarchy owned module=Pim
name varchar required multilang
description text multilang
code varchar unique
mainImage file>File notstored
files many>File via=CategoryFile:categoryId:fileId
isActive bool notnull
childrenCount int notstored
categoryRoute text
categoryRouteName text
products many>Product via=ProductCategory:categoryId:productId
channels many>Channel via=CategoryChannel:categoryId:channelId
children many>Category via=CategoryHierarchy:parentId:entityId
parents many>Category via=CategoryHierarchy:entityId:parentId
parent link>Category notstored

# Classification Base owned module=Pim
name varchar multilang
description text multilang
release varchar
synonyms array multilang
code varchar
entity link>Entity required
classificationAttributes many>ClassificationAttribute foreign=classification
type enum required options=general default="general"
channel link>Channel
isActive bool
products many>Product via=ProductClassification:classificationId:productId
! release code

# ClassificationAttribute Base owned module=Pim
classification link>Classification required
attribute link>Attribute required
isRequired bool
isReadOnly bool
isProtected bool
isInherited bool readonly notstored
attributeGroupId varchar notstored
attributeNotNull bool notstored
attributeIsMultilang bool notstored
attributeGroupName varchar notstored
sortOrder int
value text
attributeType varchar notstored
attributeEntityId varchar notstored
min float
max float
maxLength int
countBytesInsteadOfCharacters bool notstored
enableConditionalRequired bool
enableConditionalReadOnly bool
enableConditionalProtected bool
enableConditionalVisible bool
enableConditionalDisableOptions bool
data jsonObject notstored
! classificationId attributeId

# Attribute Base owned module=Atro
name varchar required multilang
attributeGroup link>AttributeGroup
attributePanel link>AttributePanel required
extensibleEnum link>ExtensibleEnum
entity link>Entity required
code varchar
type varchar required default="text"
fileType link>FileType
isMultilang bool
classificationAttributes many>ClassificationAttribute foreign=attribute
pattern varchar
min float
max float
maxLength int
countBytesInsteadOfCharacters bool
data jsonObject
measure link>Measure
defaultUnit varchar
defaultDate varchar
isRequired bool
isReadOnly bool
isProtected bool
sortOrder int
attributeGroupSortOrder int
tooltip text multilang
description text multilang
amountOfDigitsAfterComma int
useDisabledTextareaInViewMode bool
dropdown bool
notNull bool
trim bool
listMultilingual bool notstored
fullWidth bool
channel link>Channel
! entityId code

# AttributeGroup Base owned module=Atro
name varchar required multilang
description text multilang
entity link>Entity required
code varchar unique
isActive bool default=true
attributes many>Attribute foreign=attributeGroup
sortOrder int

# AttributePanel ReferenceData module=Atro
name varchar required multilang
code varchar required
description text
entity link>Entity required
default bool
sortOrder float required
attributes many>Attribute foreign=attributePanel

# ExtensibleEnum Base owned module=Atro
name varchar required
description text
code varchar unique
multilingual bool default=true
extensibleEnumOptions many>ExtensibleEnumOption via=ExtensibleEnumExtensibleEnumOption:extensibleEnumId:extensibleEnumOptionId
attributes many>Attribute foreign=extensibleEnum

# ExtensibleEnumOption Base owned module=Atro
name text multilang
listMultilingual bool notstored
code varchar unique
extensibleEnums many>ExtensibleEnum via=ExtensibleEnumExtensibleEnumOption:extensibleEnumOptionId:extensibleEnumId
color color
sortOrder int

# ExtensibleEnumExtensibleEnumOption Relation module=Atro
extensibleEnum link>ExtensibleEnum required
extensibleEnumOption link>ExtensibleEnumOption required
sorting int
! extensibleEnumId extensibleEnumOptionId

# Measure Base module=Atro
name varchar required multilang max=255
code varchar unique
description text
displayFormat enum options=format1|format2
units many>Unit foreign=measure
attributes many>Attribute foreign=measure

# Unit Base module=Atro
name varchar required multilang max=255
code varchar unique
symbol varchar
isActive bool default=true
description text multilang
measure link>Measure required
isMain bool
multiplier float required default=1
! measureId name

# Channel Base module=Pim
name varchar required multilang
description text multilang
locales multiLanguage
code varchar unique
products many>Product via=ProductChannel:channelId:productId
attributes many>Attribute foreign=channel
categories many>Category via=CategoryChannel:channelId:categoryId
classifications many>Classification foreign=channel
isActive bool

# Language ReferenceData module=Atro
name varchar required
code enum required unique max=6
role enum required options=main|additional default="additional"
description text

# Locale ReferenceData module=Atro
name varchar required
code varchar required
languageCode varchar required
fallbackLanguage varchar
decimalMark varchar
thousandSeparator varchar
weekStart varchar
dateFormat varchar
timeFormat varchar
timeZone varchar

# Association Base owned module=Pim
name varchar required multilang
entity link>Entity required
default bool
code varchar unique
description text multilang
isActive bool notnull
reverseAssociation link>Association

# AssociatedProduct Relation module=Pim
associatingItem link>Product required
associatedItem link>Product required
amount int min=1
association link>Association required
associatedItems many>Product notstored
reverseAssociatedProduct link>AssociatedProduct readonly
associateEverything bool notstored
sorting int
! associationId associatingItemId associatedItemId

# ProductAttributeValue Base plain module=Pim
product link>Product required
attribute link>Attribute required
boolValue bool
dateValue date
datetimeValue datetime
intValue int
intValue1 int
floatValue float
floatValue1 float
varcharValue varchar multilang
textValue text multilang
referenceValue varchar max=50
jsonValue jsonObject
! productId attributeId

# ProductCategory Relation module=Pim
product link>Product required
category link>Category required
sorting int
mainCategory bool
! productId categoryId

# ProductClassification Relation module=Pim
classification link>Classification required
product link>Product required
! classificationId productId

# ProductChannel Relation module=Pim
product link>Product required
channel link>Channel required
isActive bool
! productId channelId

# ProductFile Relation module=Pim
file link>File required
product link>Product required
isMainImage bool
sorting int
tags array
! productId fileId

# CategoryFile Relation module=Pim
file link>File required
category link>Category required
isMainImage bool
sorting int
tags array
! fileId categoryId

# BrandFile Relation module=Pim
brand link>Brand required
file link>File required
! brandId fileId

# ProductHierarchy Relation module=Pim
parent link>Product required
entity link>Product required
mainChild bool
hierarchySortOrder int
! parentId entityId

# CategoryHierarchy Relation module=Pim
parent link>Category required
entity link>Category required
hierarchySortOrder int
! parentId entityId

# FolderHierarchy Relation module=Atro
parent link>Folder required
entity link>Folder required
hierarchySortOrder int
! parentId entityId

# CategoryChannel Relation module=Pim
category link>Category required
channel link>Channel required
! categoryId channelId

# VariantSpecificProductAttribute Relation module=Pim
product link>Product required
attribute link>Attribute required
! productId attributeId

# EntityTeam Relation module=Atro
entityId varchar required
team link>Team required
! entityId teamId

# Account Base module=Atro
name varchar required max=249
description text
type enum options=individual|company
emailAddress email
phoneNumber varchar
number varchar unique
products many>Product foreign=defaultSupplier
channel link>Channel
isActive bool

# File Base module=Atro
name varchar required notnull
description text
extension varchar readonly notstored
downloadUrl varchar readonly notstored
hasOpen bool notstored
mimeType varchar readonly
fileSize int readonly
fileMtime datetime readonly
hash varchar readonly index
storage link>Storage readonly
folder link>Folder
folderPath jsonObject readonly notstored
path varchar readonly max=300
thumbnailsPath text readonly
type link>FileType
width float readonly
height float readonly
products many>Product via=ProductFile:fileId:productId
categories many>Category via=CategoryFile:fileId:categoryId
brands many>Brand via=BrandFile:fileId:brandId

# Folder Hierarchy module=Atro
name varchar required
description text
children many>Folder via=FolderHierarchy:parentId:entityId
parents many>Folder via=FolderHierarchy:entityId:parentId
parent link>Folder notstored
folderPath jsonObject readonly notstored
code varchar unique
files many>File foreign=folder
storage link>Storage readonly

# Storage Base module=Atro
name varchar required notnull
type enum required options=local default="local"
path varchar unique max=300
syncFolders bool
folder link>Folder
isActive bool

# FileType Base module=Atro
name varchar required
extensions array
mimeTypes array

# ProductGroup Base module=Pim
name varchar required
description text
code varchar unique index
products many>Product foreign=productGroup

# Country Base module=Atro
name varchar required
code varchar unique
isActive bool
eu bool
products many>Product foreign=countryOfOrigin

# Team Base module=Atro
name varchar required

# Job Base module=Atro
name varchar required
status enum required options=Pending|Running|Success|Failed|Canceled|Awaiting default="Pending"
message text readonly
pid int readonly
executeTime datetime readonly
startedAt datetime readonly
endedAt datetime readonly
priority float required default=100
type varchar readonly
payload jsonObject readonly
ownerUser link>User

# User Base module=Atro
name varchar required
type enum options=Token default="Token"
isAdmin bool
userName varchar required max=50
firstName varchar max=100 default=""
lastName varchar max=100 default=""
isActive bool default=true
emailAddress email

# Entity ReferenceData module=Atro
name varchar required
code varchar required
type varchar
"""
